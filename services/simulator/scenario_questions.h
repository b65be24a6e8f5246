/* The member "questions" of a scenario: what the town may be asked, and what its people make of it.
 *
 * {"ref":"meeting@1/forward","kind":"scale","contains":["Auttoiko","Hjälpte","Did the"],"goal":0.7,"ceiling":0.2,
 *  "next":[{"values":[1,2],"ask":"meeting@1/why"},{"values":[4,5],"ask":"meeting@1/join"}]}
 * {"ref":"meeting@1/why","kind":"text","contains":[…],"answer":0.6,"words":{"fi":["Liian pitkä jono.",…],…}}
 * {"ref":"meeting@1/join","kind":"volunteer","contains":[…],"answer":0.6,"yes":0.5}
 *
 * ref       questions of one survey follow each other; the first of them begins a pulse, and is counted
 * kind      scale (1..5), yesno (0 and 1), choice (1 = A, …): these are counted; text, volunteer
 * contains  a text that holds any of these is this question
 * coding    the values of a counted question: {"positive":[1,2],"neutral":[],"negative":[3]}; without it 4-5, 3 and 1-2
 *           of a scale, yes and no of a yesno
 * next      optional: which question follows which values; elsewhere the conversation ends
 * answer    share of those asked who answer, of questions that begin no pulse
 * words     by language, what they write
 * yes       share of yes among the answers */
#ifndef SIMULATOR_SCENARIO_QUESTIONS_H
#define SIMULATOR_SCENARIO_QUESTIONS_H

#include "base/json.h"
#include "simulator/scenario.h"

/* Reads questions and texts; problems stay with the reader. */
void scenario_questions_read(struct scenario *scenario, struct json_reader *root);

bool asking_is_counted(enum asking asking);

/* True when both refs are of one survey: alike up to the '/'. */
bool refs_share_survey(const char *one, const char *other);

/* The index of the question of that ref, or NOTHING. */
int scenario_question(const struct scenario *scenario, const char *ref);

#endif
