/* Every row of the vector files is read as it says: outcome, value, STOP and comment. */
#include "reply_fixture.h"

struct asked {
    struct reading_context context;
    struct question question;
};

static const char *text_or(const cJSON *row, const char *name, const char *otherwise)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsString(found) ? found->valuestring : otherwise;
}

static size_t index_of(const char *word, const char *const *list, size_t list_count)
{
    for (size_t i = 0; i < list_count; i++)
        if (strcmp(list[i], word) == 0)
            return i;
    fail_msg("\"%s\" is not known here", word);
    return 0;
}

static void ask(const cJSON *row, struct asked *asked)
{
    static const char *const kinds[] = {"scale", "yesno", "choice", "volunteer", "text", "none"};
    static const struct question *const questions[] = {&scale, &yesno, &choice, &volunteer, &own_words};
    size_t kind = index_of(text_or(row, "kind", ""), kinds, 6);
    asked->context = (struct reading_context){
        .language = (int)index_of(text_or(row, "lang", ""), languages, 3), .words = &words};
    if (kind < 5) {
        asked->question = *questions[kind];
        asked->context.question = &asked->question;
    }
}

/* What the row has as a value, in the question's own numbers; -1 = nothing. */
static int value_of(const cJSON *row, const struct asked *asked)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, "value");
    if (value == NULL || asked->question.kind == QUESTION_TEXT)
        return -1;
    if (cJSON_IsNumber(value))
        return value->valueint;
    if (asked->question.kind != QUESTION_CHOICE)
        return strcmp(value->valuestring, "yes") == 0;
    int option = 1;
    for (const char *at = text_or(row, "choices", ""); *at != '\0'; at++, option++) {
        size_t bytes = strcspn(at, ",");
        if (strncmp(at, value->valuestring, bytes) == 0 && value->valuestring[bytes] == '\0')
            return option;
        at += bytes;
    }
    fail_msg("%s is no choice", value->valuestring);
    return -1;
}

static bool is_comment(const cJSON *row, const struct reading *reading, const char *text)
{
    const char *comment = text_or(row, "comment", "");
    return reading->comment_bytes == strlen(comment) &&
           memcmp(text + reading->comment_start, comment, reading->comment_bytes) == 0;
}

/* Rows that are read otherwise than they say. */
static int read_file(const char *path, int rows_count)
{
    static const char *const outcomes[] = {"answer",   "words", "unclear",  "optout",
                                           "optin",    "help",  "business", "wrong_person",
                                           "distress", "pause", "leave",    "comment"};
    struct error error = {""};
    cJSON *vectors = json_read_file(path, &error);
    const cJSON *row, *rows = cJSON_GetObjectItemCaseSensitive(vectors, "cases");
    int wrong = 0;
    assert_int_equal(cJSON_GetArraySize(rows), rows_count);
    cJSON_ArrayForEach(row, rows)
    {
        struct asked asked;
        struct reading reading;
        const char *text = text_or(row, "text", "");
        ask(row, &asked);
        reply_read(&asked.context, text, &reading);
        size_t outcome = reading.outcome == READ_WORDS ? READ_ANSWER : reading.outcome;
        bool optout = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "optout"));
        if (outcome == index_of(text_or(row, "outcome", ""), outcomes, 12) && reading.optout == optout &&
            reading.value == value_of(row, &asked) && is_comment(row, &reading, text))
            continue;
        wrong++;
        print_error("%s %s \"%s\": %s %d%s, comment \"%.*s\"\n", text_or(row, "lang", ""),
                    text_or(row, "kind", ""), text, outcomes[outcome], reading.value,
                    reading.optout ? ", opts out" : "", (int)reading.comment_bytes,
                    text + reading.comment_start);
    }
    cJSON_Delete(vectors);
    return wrong;
}

static void the_vectors_are_read(void **state)
{
    (void)state;
    assert_int_equal(read_file(TEST_VECTORS "/replies.json", 43), 0);
}

static void further_replies_are_read_rule_by_rule(void **state)
{
    (void)state;
    assert_int_equal(read_file(TEST_VECTORS "/replies_more.json", 684), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_are_read),
        cmocka_unit_test(further_replies_are_read_rule_by_rule),
    };
    return cmocka_run_group_tests(tests, words_read, NULL);
}
