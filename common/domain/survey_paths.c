/* Where answers lead. A branch takes the values that no branch before it took; the result is one table by
 * value, so that whoever asks later only looks up. With at most three questions every way is walked. */
#include "domain/survey_paths.h"

#include <string.h>

#include "domain/survey_question.h"

#define NOWHERE (-2)

struct way {
    size_t steps[QUESTIONS_MAX];
    size_t count;
};

static void read_branch(const struct survey *survey, struct question *question, struct json_reader *branch);
static void read_when(const struct question *question, struct json_reader *branch,
                      bool matches_out[VALUES_MAX]);
static int read_target(const struct survey *survey, struct json_reader *branch, const char *member);
static void walk(const struct survey *survey, size_t k, struct way *way, bool reached[QUESTIONS_MAX],
                 struct json_reader *items);
static size_t texts_from(const struct survey *survey, int k);
static void describe_from(const struct survey *survey, size_t k, const char *so_far, struct text *out);

static size_t values_count(const struct question *question)
{
    return (size_t)question->max - (size_t)question->min + 1;
}

static void next_set_all(struct question *question, int target)
{
    for (size_t i = 0; i < VALUES_MAX; i++)
        question->next[i] = (signed char)target;
}

void survey_next_read(struct survey *survey, size_t k, struct json_reader *reader)
{
    struct question *question = &survey->questions[k];
    struct json_reader list, branch;
    size_t count = 0;
    if (!json_has(reader, "next")) {
        next_set_all(question, k + 1 < survey->questions_count ? (int)k + 1 : SURVEY_END);
        return;
    }
    next_set_all(question, NOWHERE);
    json_array(reader, "next", 1, VALUES_MAX + 1, &list, &count);
    for (size_t i = 0; i < count; i++) {
        json_item_object(&list, i, &branch);
        read_branch(survey, question, &branch);
    }
    for (size_t i = 0; i < values_count(question); i++) {
        char name[4];
        question_value_name(question, question->min + (int)i, name);
        if (question->next[i] == NOWHERE)
            json_problem(reader, "next", "the answer %s leads nowhere; add {\"else\": \"end\"}", name);
    }
}

static void read_branch(const struct survey *survey, struct question *question, struct json_reader *branch)
{
    bool matches[VALUES_MAX] = {false}, taken = false;
    bool is_else = json_has(branch, "else");
    if (is_else)
        memset(matches, true, sizeof matches);
    else
        read_when(question, branch, matches);
    int target = read_target(survey, branch, is_else ? "else" : "ask");
    json_finish(branch);
    for (size_t i = 0; i < values_count(question); i++) {
        if (matches[i] && question->next[i] == NOWHERE) {
            question->next[i] = (signed char)target;
            taken = true;
        }
    }
    if (!taken)
        json_problem(branch, NULL, "a dead branch: no answer is left for it");
}

static void match_bounds(const struct question *question, struct json_reader *when,
                         bool matches_out[VALUES_MAX])
{
    if (!json_has(when, "min") && !json_has(when, "max")) {
        json_problem(when, NULL, "expected min, max or is");
        return;
    }
    int min = (int)json_int_or(when, "min", question->min, question->max, question->min);
    int max = (int)json_int_or(when, "max", question->min, question->max, question->max);
    for (int value = min; value <= max; value++)
        matches_out[value - question->min] = true;
}

static void match_listed(const struct question *question, struct json_reader *when,
                         bool matches_out[VALUES_MAX])
{
    struct json_reader values;
    size_t count = 0;
    json_array(when, "is", 1, VALUES_MAX, &values, &count);
    for (size_t i = 0; i < count; i++) {
        int value = question->min;
        if (survey_value_read(question, &values, i, &value))
            matches_out[value - question->min] = true;
    }
}

static void read_when(const struct question *question, struct json_reader *branch,
                      bool matches_out[VALUES_MAX])
{
    struct json_reader when;
    if (question->kind == QUESTION_TEXT) {
        json_problem(branch, NULL, "own words lead one way: only {\"else\": …} is possible");
        return;
    }
    json_object(branch, "when", &when);
    if (question->kind == QUESTION_SCALE && !json_has(&when, "is"))
        match_bounds(question, &when, matches_out);
    else
        match_listed(question, &when, matches_out);
    json_finish(&when);
}

/* Index of the question, SURVEY_END for "end" and after a problem. */
static int read_target(const struct survey *survey, struct json_reader *branch, const char *member)
{
    const char *target = json_string(branch, member, 1, 64);
    for (size_t k = 0; k < survey->questions_count; k++)
        if (strcmp(survey->questions[k].id, target) == 0)
            return (int)k;
    if (strcmp(target, "end") != 0)
        json_problem(branch, member, "no question \"%s\"; the end is \"end\"", target);
    return SURVEY_END;
}

/* The first name is the last thing that is asked. */
static void check_name(const struct survey *survey, const struct question *question,
                       struct json_reader *reader)
{
    int next = question->ask_name ? question_next(question, 1) : SURVEY_END;
    if (next != SURVEY_END)
        json_problem(reader, "ask_name",
                     "a name is asked only where yes ends the survey, here it leads to \"%s\"",
                     survey->questions[next].id);
}

void survey_paths_check(const struct survey *survey, struct json_reader *items)
{
    bool reached[QUESTIONS_MAX] = {false};
    walk(survey, 0, &(struct way){.count = 0}, reached, items);
    for (size_t k = 0; k < survey->questions_count; k++)
        if (!reached[k])
            json_problem(&items[k], NULL, "\"%s\" is never asked: no answer leads to it",
                         survey->questions[k].id);
    for (size_t k = 0; k < survey->questions_count; k++)
        check_name(survey, &survey->questions[k], &items[k]);
}

/* Names the circle that a step to `again` would close. */
static void refuse_circle(const struct survey *survey, const struct way *way, size_t again,
                          struct json_reader *items)
{
    struct text circle = {0};
    size_t from = 0;
    while (way->steps[from] != again)
        from++;
    for (size_t i = from; i < way->count; i++)
        text_addf(&circle, "%s → ", survey->questions[way->steps[i]].id);
    text_add(&circle, survey->questions[again].id);
    json_problem(&items[way->steps[way->count - 1]], "next", "goes in a circle: %s", circle.chars);
    text_free(&circle);
}

static bool is_on(const struct way *way, size_t k)
{
    for (size_t i = 0; i < way->count; i++)
        if (way->steps[i] == k)
            return true;
    return false;
}

static void walk(const struct survey *survey, size_t k, struct way *way, bool reached[QUESTIONS_MAX],
                 struct json_reader *items)
{
    const struct question *question = &survey->questions[k];
    way->steps[way->count++] = k;
    reached[k] = true;
    for (size_t i = 0; i < values_count(question); i++) {
        if (question->next[i] == SURVEY_END)
            continue;
        size_t next = (size_t)question->next[i];
        if (is_on(way, next))
            refuse_circle(survey, way, next, items);
        else
            walk(survey, next, way, reached, items);
    }
    way->count--;
}

void survey_paths_describe(const struct survey *survey, struct text *out)
{
    describe_from(survey, 0, "", out);
}

/* "1-2", "yes", "A, C": the values that lead to `target`, runs of three and more of a scale joined. */
static void describe_values(const struct question *question, int target, struct text *out)
{
    const char *between = "";
    for (int value = question->min; value <= question->max; value++) {
        char first[4], last[4];
        if (question_next(question, value) != target)
            continue;
        question_value_name(question, value, first);
        text_addf(out, "%s%s", between, first);
        between = ",";
        if (question->kind != QUESTION_SCALE)
            continue;
        int end = value;
        while (end < question->max && question_next(question, end + 1) == target)
            end++;
        question_value_name(question, end, last);
        if (end > value)
            text_addf(out, "-%s", last);
        value = end;
    }
}

static bool leads_one_way(const struct question *question)
{
    for (int value = question->min; value <= question->max; value++)
        if (question_next(question, value) != question_next(question, question->min))
            return false;
    return true;
}

/* Groups the answers by where they lead, in the order of the values. */
static void describe_from(const struct survey *survey, size_t k, const char *so_far, struct text *out)
{
    const struct question *question = &survey->questions[k];
    bool described[QUESTIONS_MAX + 1] = {false}; /* by target + 1 */
    for (int value = question->min; value <= question->max; value++) {
        int target = question_next(question, value);
        struct text line = {0};
        if (described[target + 1])
            continue;
        described[target + 1] = true;
        text_addf(&line, "%s%s", so_far, question->id);
        if (!leads_one_way(question)) {
            text_add(&line, " ");
            describe_values(question, target, &line);
        }
        text_add(&line, " → ");
        if (target == SURVEY_END)
            text_addf(out, "%send\n", line.chars);
        else
            describe_from(survey, (size_t)target, line.chars, out);
        text_free(&line);
    }
}

size_t survey_texts_max(const struct survey *survey)
{
    return texts_from(survey, 0) + (survey->thanks ? 1 : 0);
}

static size_t texts_from(const struct survey *survey, int k)
{
    size_t most = 0;
    if (k == SURVEY_END)
        return 0;
    const struct question *question = &survey->questions[k];
    for (int value = question->min; value <= question->max; value++) {
        size_t texts = 1 + texts_from(survey, question_next(question, value));
        if (question->kind == QUESTION_VOLUNTEER && value == 1)
            texts += question->ask_name ? 2 : 1; /* the confirmation, and asking for the name */
        most = texts > most ? texts : most;
    }
    return most;
}
