/* Reading of questions, and recognising a text as one of them. */
#include "simulator/scenario_questions.h"

#include <string.h>

static void read_question(struct scenario *scenario, struct json_reader *item);
static void read_marks(struct marks *marks, struct json_reader *reader, const char *member);
static void read_coding(struct scenario_question *question, struct json_reader *item);
static void read_feeling(struct scenario_question *question, struct json_reader *coding,
                         enum feeling feeling);
static void read_words(struct scenario *scenario, size_t question, struct json_reader *item);
static void read_next(struct scenario *scenario, size_t question, struct json_reader *item);
static void read_texts(struct scenario *scenario, struct json_reader *root);

static const char *const asking_names[ASKINGS] = {"scale", "yesno", "choice", "text", "volunteer"};
static const char *const feeling_names[FEELINGS] = {"positive", "neutral", "negative"};
static const char *const text_names[SERVICE_TEXTS] = {
    [SERVICE_STOP_CONFIRM] = "stop_confirm",
    [SERVICE_START_CONFIRM] = "start_confirm",
    [SERVICE_HELP] = "help",
    [SERVICE_LATE] = "late",
    [SERVICE_WRONG_PERSON] = "wrong_person",
    [SERVICE_THANKS] = "thanks",
    [SERVICE_VOLUNTEER_CONFIRM] = "volunteer_confirm",
    [SERVICE_VOLUNTEER_NAME] = "volunteer_name",
    [SERVICE_VOLUNTEER_LEFT] = "volunteer_left",
    [SERVICE_REMINDER] = "reminder",
    [SERVICE_CLARIFY] = "clarify",
    [SERVICE_CLARIFY_VOLUNTEER] = "clarify_volunteer",
    [SERVICE_BUSINESS] = "business",
    [SERVICE_HELPLINE] = "helpline",
    [SERVICE_PAUSE_CONFIRM] = "pause_confirm",
};

const char *service_text_name(enum service_text text)
{
    return text_names[text];
}

bool service_text_asks(int text)
{
    return text == SERVICE_VOLUNTEER_NAME || text == SERVICE_REMINDER || text == SERVICE_CLARIFY ||
           text == SERVICE_CLARIFY_VOLUNTEER;
}

void scenario_questions_read(struct scenario *scenario, struct json_reader *root)
{
    struct json_reader questions, items[SCENARIO_QUESTIONS_MAX];
    size_t count;
    json_array(root, "questions", 1, SCENARIO_QUESTIONS_MAX, &questions, &count);
    for (size_t i = 0; i < count; i++) {
        json_item_object(&questions, i, &items[i]);
        read_question(scenario, &items[i]);
    }
    for (size_t i = 0; i < count; i++) { /* a question may lead to one that comes later in the file */
        read_next(scenario, i, &items[i]);
        (void)json_finish(&items[i]);
    }
    read_texts(scenario, root);
}

bool asking_is_counted(enum asking asking)
{
    return asking == ASKS_SCALE || asking == ASKS_YESNO || asking == ASKS_CHOICE;
}

bool refs_share_survey(const char *one, const char *other)
{
    size_t length = strcspn(one, "/");
    return length == strcspn(other, "/") && strncmp(one, other, length) == 0;
}

int scenario_question(const struct scenario *scenario, const char *ref)
{
    for (size_t i = 0; i < scenario->questions_count; i++)
        if (strcmp(scenario->questions[i].ref, ref) == 0)
            return (int)i;
    return NOTHING;
}

static bool marks_found(const struct marks *marks, const char *text)
{
    for (size_t i = 0; i < marks->count; i++)
        if (strstr(text, marks->contain[i]) != NULL)
            return true;
    return false;
}

void scenario_recognise(const struct scenario *scenario, const char *text, int *question_out, int *text_out)
{
    *question_out = *text_out = NOTHING;
    for (size_t i = 0; i < SERVICE_TEXTS; i++) /* first: what asks once more repeats what was asked */
        if (marks_found(&scenario->texts[i], text)) {
            *text_out = (int)i;
            return;
        }
    for (size_t i = 0; i < scenario->questions_count; i++)
        if (marks_found(&scenario->questions[i].marks, text)) {
            *question_out = (int)i;
            return;
        }
}

static void read_question(struct scenario *scenario, struct json_reader *item)
{
    size_t index = scenario->questions_count;
    struct scenario_question *question = &scenario->questions[index];
    const char *ref = json_string(item, "ref", 1, 80), *kind = json_string(item, "kind", 1, 16);
    if (scenario_question(scenario, ref) != NOTHING)
        json_problem(item, "ref", "is there twice");
    (void)text_copy(question->ref, sizeof question->ref, ref);
    question->begins = index == 0 || !refs_share_survey(scenario->questions[index - 1].ref, ref);
    scenario->questions_count++;

    int known = 0;
    while (known < ASKINGS && strcmp(asking_names[known], kind) != 0)
        known++;
    if (known == ASKINGS) {
        json_problem(item, "kind", "expected scale, yesno, choice, text or volunteer");
        return;
    }
    question->asking = (enum asking)known;
    read_marks(&question->marks, item, "contains");
    read_coding(question, item);
    if (question->begins && !asking_is_counted(question->asking))
        json_problem(item, "kind", "a survey begins with a question that is counted");
    if (!question->begins)
        question->answer = json_number(item, "answer", 0, 1);
    if (question->asking == ASKS_WORDS)
        read_words(scenario, index, item);
    if (question->asking == ASKS_VOLUNTEER)
        question->yes = json_number(item, "yes", 0, 1);
}

static void read_marks(struct marks *marks, struct json_reader *reader, const char *member)
{
    struct json_reader array;
    json_array(reader, member, 1, SCENARIO_MARKS_MAX, &array, &marks->count);
    for (size_t i = 0; i < marks->count; i++)
        (void)text_copy(marks->contain[i], sizeof marks->contain[i], json_item_string(&array, i, 1, 64));
}

static void read_coding(struct scenario_question *question, struct json_reader *item)
{
    static const signed char scale[ANSWER_VALUES] = {
        NOTHING,        FEELS_NEGATIVE, FEELS_NEGATIVE, FEELS_NEUTRAL, FEELS_POSITIVE,
        FEELS_POSITIVE, NOTHING,        NOTHING,        NOTHING,       NOTHING};
    static const signed char yesno[ANSWER_VALUES] = {FEELS_NEGATIVE, FEELS_POSITIVE, NOTHING, NOTHING,
                                                     NOTHING,        NOTHING,        NOTHING, NOTHING,
                                                     NOTHING,        NOTHING};
    struct json_reader coding;
    memset(question->feeling, NOTHING, sizeof question->feeling);
    memset(question->next, NOTHING, sizeof question->next);
    if (question->asking == ASKS_VOLUNTEER)
        memcpy(question->feeling, yesno, sizeof yesno);
    if (!asking_is_counted(question->asking))
        return;
    question->goal = json_number(item, "goal", 0.01, 0.99);
    question->ceiling = json_number(item, "ceiling", 0.01, 0.99);
    if (question->asking != ASKS_CHOICE && !json_has(item, "coding")) {
        memcpy(question->feeling, question->asking == ASKS_SCALE ? scale : yesno, sizeof yesno);
        return;
    }
    json_object(item, "coding", &coding);
    for (int i = 0; i < FEELINGS; i++)
        read_feeling(question, &coding, (enum feeling)i);
    (void)json_finish(&coding);
}

static void read_feeling(struct scenario_question *question, struct json_reader *coding, enum feeling feeling)
{
    struct json_reader values;
    size_t count = 0;
    const char *name = feeling_names[feeling];
    json_array(coding, name, feeling == FEELS_NEUTRAL ? 0 : 1, ANSWER_VALUES, &values, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t value = json_item_int(&values, i, 0, ANSWER_VALUES - 1);
        if (question->feeling[value] != NOTHING)
            json_problem(coding, name, "%d is there twice", (int)value);
        question->feeling[value] = (signed char)feeling;
    }
}

static void read_words(struct scenario *scenario, size_t question, struct json_reader *item)
{
    struct json_reader words, phrases;
    const char *language;
    size_t count;
    json_object(item, "words", &words);
    for (size_t i = 0; words.value != NULL && (language = json_member_name(&words, i)) != NULL; i++) {
        if (strlen(language) != 2) {
            json_problem(&words, language, "expected a language of two letters");
            return;
        }
        json_array(&words, language, 1, SCENARIO_PHRASES_MAX, &phrases, &count);
        for (size_t k = 0; k < count; k++) {
            if (scenario->phrases_count == SCENARIO_PHRASES_MAX) {
                json_problem(&words, language, "at most %d phrases in all", SCENARIO_PHRASES_MAX);
                return;
            }
            struct scenario_phrase *phrase = &scenario->phrases[scenario->phrases_count++];
            phrase->question = question;
            (void)text_copy(phrase->language, sizeof phrase->language, language);
            (void)text_copy(phrase->text, sizeof phrase->text,
                            json_item_string(&phrases, k, 1, OWN_WORDS_SIZE - 1));
        }
    }
}

static void read_next(struct scenario *scenario, size_t question, struct json_reader *item)
{
    struct scenario_question *from = &scenario->questions[question];
    struct json_reader branches, branch, values;
    size_t count, values_count;
    if (!json_has(item, "next"))
        return;
    json_array(item, "next", 1, ANSWER_VALUES, &branches, &count);
    for (size_t i = 0; i < count; i++) {
        json_item_object(&branches, i, &branch);
        int target = scenario_question(scenario, json_string(&branch, "ask", 1, 80));
        if (target == NOTHING || target == (int)question ||
            !refs_share_survey(from->ref, scenario->questions[target].ref))
            json_problem(&branch, "ask", "expected another question of the same survey");
        json_array(&branch, "values", 1, ANSWER_VALUES, &values, &values_count);
        for (size_t k = 0; k < values_count; k++) {
            int64_t value = json_item_int(&values, k, 0, ANSWER_VALUES - 1);
            if (from->feeling[value] == NOTHING)
                json_problem(&branch, "values", "%d is no value of the question", (int)value);
            from->next[value] = target;
        }
        (void)json_finish(&branch);
    }
}

static void read_texts(struct scenario *scenario, struct json_reader *root)
{
    struct json_reader texts;
    if (!json_has(root, "texts"))
        return;
    json_object(root, "texts", &texts);
    for (size_t i = 0; i < SERVICE_TEXTS; i++)
        if (json_has(&texts, text_names[i]))
            read_marks(&scenario->texts[i], &texts, text_names[i]);
    (void)json_finish(&texts);
}
