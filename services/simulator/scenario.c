/* Reading and checking of scenario files. Promises that shares are shares, that names are names, that ids are
 * there once, and that everybody gets a number. Never fills a gap with a guess: a missing member is an error.
 */
#include "simulator/scenario.h"

#include <math.h>
#include <string.h>

#include "base/id.h"
#include "simulator/scenario_questions.h"

#define SHARE_SLACK 1e-9 /* ten tenths are not quite one in binary */

static void read_identity(struct scenario *scenario, struct json_reader *root);
static void read_languages(struct scenario *scenario, struct json_reader *root);
static void read_strata(struct scenario *scenario, struct json_reader *root);
static void read_typing(struct typing *typing, struct json_reader *root);
static void read_shares(struct shares *shares, struct json_reader *root);
static void read_pilots(struct scenario *scenario, struct json_reader *root);
static void read_pilot(struct scenario *scenario, struct scenario_pilot *pilot, struct json_reader *item);
static void read_mood(struct mood *mood, struct json_reader *reader);
static void read_name(struct json_reader *reader, const char *member, char out[33]);
static double read_share(struct json_reader *reader, const char *member);
static double read_share_or_0(struct json_reader *reader, const char *member);
static void read_survey(const struct scenario *scenario, struct scenario_pilot *pilot,
                        struct json_reader *item);

static const char *const truth_names[TRUTHS] = {
    [TRUTH_SUCCESS] = "success",           [TRUTH_FAILURE] = "failure", [TRUTH_MILD_SUCCESS] = "mild_success",
    [TRUTH_MILD_FAILURE] = "mild_failure", [TRUTH_MIDDLE] = "middle",   [TRUTH_TURNING] = "turning",
};

const char *truth_name(enum truth truth)
{
    return truth_names[truth];
}

bool scenario_read(struct scenario *scenario, const char *path, struct error *error)
{
    *scenario = (struct scenario){0};
    struct json_reader root;
    cJSON *json = json_read_file(path, error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, error);
    read_identity(scenario, &root);
    scenario_questions_read(scenario, &root);
    read_languages(scenario, &root);
    read_strata(scenario, &root);
    read_typing(&scenario->typing, &root);
    read_shares(&scenario->shares, &root);
    read_pilots(scenario, &root);
    bool sound = json_finish(&root) || error_prefix(error, "%s", path);
    cJSON_Delete(json);
    return sound;
}

const struct scenario_pilot *scenario_pilot(const struct scenario *scenario, const char *id)
{
    for (size_t i = 0; i < scenario->pilots_count; i++)
        if (strcmp(scenario->pilots[i].id, id) == 0)
            return &scenario->pilots[i];
    return NULL;
}

static void read_identity(struct scenario *scenario, struct json_reader *root)
{
    (void)text_copy(scenario->seed, sizeof scenario->seed, json_string(root, "seed", 1, 64));
    read_name(root, "org", scenario->org);
    read_name(root, "gateway", scenario->gateway);
    (void)text_copy(scenario->time_zone, sizeof scenario->time_zone, json_string(root, "time_zone", 1, 64));
    scenario->zone = zone_find(scenario->time_zone);
    if (scenario->zone == NULL)
        json_problem(root, "time_zone", "unknown time zone");
}

static void read_languages(struct scenario *scenario, struct json_reader *root)
{
    struct json_reader languages;
    const char *code;
    double sum = 0;
    json_object(root, "languages", &languages);
    for (size_t i = 0; languages.value != NULL && (code = json_member_name(&languages, i)) != NULL; i++) {
        if (i == SCENARIO_LANGUAGES_MAX || strlen(code) != 2) {
            json_problem(&languages, code, "expected at most %d languages of two letters",
                         SCENARIO_LANGUAGES_MAX);
            return;
        }
        struct scenario_language *language = &scenario->languages[scenario->languages_count++];
        (void)text_copy(language->code, sizeof language->code, code);
        language->share = read_share(&languages, code);
        sum += language->share;
    }
    if (fabs(sum - 1) > SHARE_SLACK)
        json_problem(root, "languages", "the shares must be 1 in all");
}

static void read_strata(struct scenario *scenario, struct json_reader *root)
{
    struct json_reader strata, values;
    const char *name;
    json_object(root, "strata", &strata);
    for (size_t i = 0; strata.value != NULL && (name = json_member_name(&strata, i)) != NULL; i++) {
        if (i == SCENARIO_STRATA_MAX || strlen(name) > 32) {
            json_problem(&strata, name, "expected at most %d variables with names of at most 32 characters",
                         SCENARIO_STRATA_MAX);
            return;
        }
        struct scenario_stratum *stratum = &scenario->strata[scenario->strata_count++];
        (void)text_copy(stratum->name, sizeof stratum->name, name);
        json_array(&strata, name, 1, SCENARIO_VALUES_MAX, &values, &stratum->values_count);
        for (size_t k = 0; k < stratum->values_count; k++)
            (void)text_copy(stratum->values[k], sizeof stratum->values[k],
                            json_item_string(&values, k, 1, 32));
    }
}

static void read_typing(struct typing *typing, struct json_reader *root)
{
    struct json_reader reader;
    json_object(root, "typing", &reader);
    typing->plain = read_share(&reader, "plain");
    typing->natural = read_share_or_0(&reader, "natural");
    typing->punctuated = read_share(&reader, "punctuated");
    typing->spaced = read_share(&reader, "spaced");
    typing->commented = read_share(&reader, "commented");
    typing->unreadable = read_share(&reader, "unreadable");
    double sum = typing->plain + typing->natural + typing->punctuated + typing->spaced + typing->commented +
                 typing->unreadable;
    if (fabs(sum - 1) > SHARE_SLACK)
        json_problem(root, "typing", "the shares must be 1 in all");
    (void)json_finish(&reader);
}

static void read_shares(struct shares *shares, struct json_reader *root)
{
    struct json_reader reader;
    json_object(root, "shares", &reader);
    shares->stop = read_share(&reader, "stop");
    shares->answer_and_stop = read_share(&reader, "answer_and_stop");
    shares->second_answer = read_share(&reader, "second_answer");
    shares->late = read_share(&reader, "late");
    shares->undelivered = read_share(&reader, "undelivered");
    shares->no_receipt = read_share(&reader, "no_receipt");
    shares->wrong_person = read_share_or_0(&reader, "wrong_person");
    shares->pause = read_share_or_0(&reader, "pause");
    shares->business = read_share_or_0(&reader, "business");
    shares->distress = read_share_or_0(&reader, "distress");
    shares->help_first = read_share_or_0(&reader, "help_first");
    shares->afterthought = read_share_or_0(&reader, "afterthought");
    shares->clarified = read_share_or_0(&reader, "clarified");
    shares->unclear_again = read_share_or_0(&reader, "unclear_again");
    shares->reminded = read_share_or_0(&reader, "reminded");
    shares->start_after_stop = read_share_or_0(&reader, "start_after_stop");
    shares->name = read_share_or_0(&reader, "name");
    shares->leave = read_share_or_0(&reader, "leave");
    if (shares->stop + shares->answer_and_stop + shares->second_answer + shares->late + shares->wrong_person +
            shares->pause + shares->business + shares->distress >
        1 + SHARE_SLACK)
        json_problem(
            root, "shares",
            "stop, answer_and_stop, second_answer, late, wrong_person, pause, business and distress must be "
            "at most 1 in all");
    if (shares->clarified + shares->unclear_again > 1 + SHARE_SLACK)
        json_problem(root, "shares", "clarified and unclear_again must be at most 1 in all");
    if (shares->undelivered + shares->no_receipt > 1 + SHARE_SLACK)
        json_problem(root, "shares", "undelivered and no_receipt must be at most 1 in all");
    (void)json_finish(&reader);
}

static void read_pilots(struct scenario *scenario, struct json_reader *root)
{
    struct json_reader pilots, item;
    size_t count;
    json_array(root, "pilots", 1, SCENARIO_PILOTS_MAX, &pilots, &count);
    for (size_t i = 0; i < count; i++) {
        json_item_object(&pilots, i, &item);
        read_pilot(scenario, &scenario->pilots[i], &item);
        scenario->pilots_count = i + 1;
    }
    if (scenario->people_count > SCENARIO_PEOPLE_MAX)
        json_problem(root, "pilots", "at most %d people in all", SCENARIO_PEOPLE_MAX);
}

static void read_pilot(struct scenario *scenario, struct scenario_pilot *pilot, struct json_reader *item)
{
    struct json_reader turn;
    char id[33];
    read_name(item, "id", id);
    if (scenario_pilot(scenario, id) != NULL)
        json_problem(item, "id", "is there twice");
    (void)text_copy(pilot->id, sizeof pilot->id, id);
    pilot->size = json_int(item, "size", 1, SCENARIO_PEOPLE_MAX);
    pilot->first_person = scenario->people_count;
    scenario->people_count += pilot->size;
    pilot->response = read_share(item, "response");
    read_mood(&pilot->mood, item);
    read_survey(scenario, pilot, item);

    const char *truth = json_string(item, "truth", 1, 32);
    int known = 0;
    while (known < TRUTHS && strcmp(truth_names[known], truth) != 0)
        known++;
    if (known == TRUTHS)
        json_problem(item, "truth",
                     "expected success, failure, mild_success, mild_failure, middle or turning");
    else
        pilot->truth = (enum truth)known;

    pilot->turns = json_has(item, "turn");
    if (pilot->turns) {
        json_object(item, "turn", &turn);
        if (!week_parse(json_string(&turn, "week", 8, 8), &pilot->turn_week))
            json_problem(&turn, "week", "expected an ISO week such as 2026-W07");
        read_mood(&pilot->turned, &turn);
        (void)json_finish(&turn);
    }
    (void)json_finish(item);
}

/* "meeting@1": the survey whose first question its people are asked. */
static void read_survey(const struct scenario *scenario, struct scenario_pilot *pilot,
                        struct json_reader *item)
{
    const char *survey = json_string_or(item, "survey", 44, "");
    if (survey[0] == '\0')
        return;
    for (size_t i = 0; i < scenario->questions_count; i++)
        if (scenario->questions[i].begins && refs_share_survey(scenario->questions[i].ref, survey)) {
            pilot->question = i;
            return;
        }
    json_problem(item, "survey", "no question is of that survey");
}

static void read_mood(struct mood *mood, struct json_reader *reader)
{
    mood->positive = read_share(reader, "positive");
    mood->negative = read_share(reader, "negative");
    if (mood->positive + mood->negative > 1 + SHARE_SLACK)
        json_problem(reader, "positive", "positive and negative must be at most 1 together");
}

static void read_name(struct json_reader *reader, const char *member, char out[33])
{
    const char *name = json_string(reader, member, 1, 32);
    if (!id_is_name(name, 32))
        json_problem(reader, member, "expected a name: a-z, 0-9 and '-', a letter first");
    (void)text_copy(out, 33, name);
}

static double read_share(struct json_reader *reader, const char *member)
{
    return json_number(reader, member, 0, 1);
}

static double read_share_or_0(struct json_reader *reader, const char *member)
{
    return json_has(reader, member) ? read_share(reader, member) : 0;
}
