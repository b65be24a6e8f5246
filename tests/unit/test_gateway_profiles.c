/* Every profile that ships against tests/vectors/gateways/<name>.json: requests byte for byte, answers as outcomes,
 * webhooks as replies and receipts. The tables of outcomes and states in the vectors must name every value that the
 * profile names, so that a row of a profile without a case is a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/submit.h"
#include "gateway/webhook.h"

#define NOW_MS       INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */
#define MESSAGES_MAX 8

/* A profile with its vectors. */
struct tested {
    const char *name;
    cJSON *vectors;
    struct profile *profile;
    struct settings settings;
};

static const char *const names[] = {"kannel", "twilio",     "vonage", "infobip", "link",
                                    "46elks", "gatewayapi", "sinch",  "telnyx",  "simulator"};
#define NAMES_COUNT (sizeof names / sizeof names[0])
static struct tested tested[NAMES_COUNT];

static const char *text_of(const cJSON *object, const char *name, const char *otherwise)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text == NULL ? otherwise : text;
}

static int64_t number_of(const cJSON *object, const char *name, int64_t otherwise)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : otherwise;
}

/* A group of cases, which every vector file must have. */
static const cJSON *group(const struct tested *test, const char *name)
{
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(test->vectors, name);
    if (cJSON_GetArraySize(cases) == 0)
        fail_msg("%s: no %s", test->name, name);
    return cases;
}

static void setting(char *out, size_t size, const cJSON *gateway, const char *name)
{
    assert_true(text_copy(out, size, text_of(gateway, name, "")));
}

static int load(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        struct tested *test = &tested[i];
        struct error error = {""};
        char path[512];
        test->name = names[i];
        snprintf(path, sizeof path, "%s/gateways/%s.json", TEST_VECTORS, names[i]);
        test->vectors = json_read_file(path, &error);
        if (test->vectors == NULL)
            fail_msg("%s", error.text);
        struct gateway_settings *gateway = &test->settings.gateways[0];
        const cJSON *settings = cJSON_GetObjectItemCaseSensitive(test->vectors, "gateway");
        snprintf(test->settings.share_folder, sizeof test->settings.share_folder, "%s/config",
                 TEST_SOURCE_DIR);
        test->settings.gateways_count = 1;
        snprintf(gateway->name, sizeof gateway->name, "%s", names[i]);
        snprintf(gateway->profile, sizeof gateway->profile, "%s", names[i]);
        setting(gateway->url, sizeof gateway->url, settings, "url");
        setting(gateway->user, sizeof gateway->user, settings, "user");
        setting(gateway->secret, sizeof gateway->secret, settings, "secret");
        setting(gateway->public_url, sizeof gateway->public_url, settings, "public_url");
        setting(gateway->webhook_token, sizeof gateway->webhook_token, settings, "webhook_token");
        setting(gateway->webhook_secret, sizeof gateway->webhook_secret, settings, "webhook_secret");
        setting(gateway->webhook_user, sizeof gateway->webhook_user, settings, "webhook_user");
        setting(gateway->webhook_password, sizeof gateway->webhook_password, settings, "webhook_password");
        setting(gateway->parameters, sizeof gateway->parameters, settings, "parameters");
        setting(gateway->outside_eu, sizeof gateway->outside_eu, settings, "outside_eu");
        test->profile = profile_load(&test->settings, names[i], &error);
        if (test->profile == NULL)
            fail_msg("%s", error.text);
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        cJSON_Delete(tested[i].vectors);
        profile_free(&tested[i].profile);
    }
    return 0;
}

static void every_profile_that_ships_has_vectors(void **state)
{
    (void)state;
    DIR *folder = opendir(TEST_SOURCE_DIR "/config/gateways");
    size_t count = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strstr(entry->d_name, ".json") != NULL;
    closedir(folder);
    assert_int_equal(count, NAMES_COUNT);
}

/* --- requests --- */

static size_t messages_read(const cJSON *messages, struct submit_fields fields[MESSAGES_MAX])
{
    size_t count = 0;
    const cJSON *message = NULL;
    cJSON_ArrayForEach(message, messages)
    {
        assert_true(count < MESSAGES_MAX);
        fields[count++] = (struct submit_fields){.id = text_of(message, "id", "AbC-12_xyz34"),
                                                 .sender = text_of(message, "sender", "+358451234567"),
                                                 .to = text_of(message, "to", "+358401234567"),
                                                 .text = text_of(message, "text", "Hei"),
                                                 .encoding = text_of(message, "encoding", "gsm7"),
                                                 .segments = (size_t)number_of(message, "segments", 1),
                                                 .validity_hours = number_of(message, "validity_hours", 24),
                                                 .now_ms = NOW_MS};
    }
    return count;
}

static void request_check(const struct tested *test, const cJSON *vector,
                          const struct submit_request *request)
{
    const char *about = text_of(vector, "about", "?"), *body = text_of(vector, "body", "");
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(vector, "headers"), *header = NULL;
    size_t count = 0;
    if (strcmp(request->request.method, text_of(vector, "method", "POST")) != 0 ||
        strcmp(request->request.url, text_of(vector, "url", "")) != 0)
        fail_msg("%s: %s: %s %s", test->name, about, request->request.method, request->request.url);
    cJSON_ArrayForEach(header, headers)
    {
        if (request->headers[count] == NULL || strcmp(request->headers[count], header->valuestring) != 0)
            fail_msg("%s: %s: header \"%s\", not \"%s\"", test->name, about, request->headers[count],
                     header->valuestring);
        count++;
    }
    if (request->headers[count] != NULL)
        fail_msg("%s: %s: one header more: %s", test->name, about, request->headers[count]);
    if (request->request.body_bytes != strlen(body) || memcmp(request->request.body, body, strlen(body)) != 0)
        fail_msg("%s: %s:\n%s\nnot\n%s", test->name, about, (const char *)request->request.body, body);
}

static void requests_are_written_byte_for_byte(void **state)
{
    (void)state;
    struct submit_request request = {0};
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        const cJSON *vector = NULL;
        cJSON_ArrayForEach(vector, group(&tested[i], "requests"))
        {
            struct submit_fields fields[MESSAGES_MAX];
            size_t count = messages_read(cJSON_GetObjectItemCaseSensitive(vector, "messages"), fields);
            submit_request_write(tested[i].profile, &tested[i].settings.gateways[0], fields, count, &request);
            request_check(&tested[i], vector, &request);
        }
        assert_int_equal(profile_batch_max(tested[i].profile), number_of(tested[i].vectors, "batch_max", 1));
        assert_int_equal(profile_dedupes(tested[i].profile),
                         cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(tested[i].vectors, "dedupes")));
    }
    submit_request_free(&request);
}

/* --- answers --- */

/* A body as it stands, or as a tree that is printed; with "%s" it is a template for `value`. */
static void body_write(const cJSON *vector, const char *value, struct text *body)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(vector, "body");
    struct text whole = {0};
    text_clear(body);
    text_add(body, "");
    text_add(&whole, "");
    if (cJSON_IsString(given))
        text_add(&whole, given->valuestring);
    else if (given != NULL)
        json_print(given, &whole);
    const char *place = value == NULL ? NULL : strstr(whole.chars, "%s");
    if (place == NULL) {
        text_add(body, whole.chars);
    } else {
        text_add_bytes(body, whole.chars, (size_t)(place - whole.chars));
        text_add(body, value);
        text_add(body, place + 2);
    }
    text_free(&whole);
}

static void answer_read(const struct tested *test, int status, const struct text *body, const cJSON *vector,
                        size_t count, struct submit_reading *readings)
{
    static const char *const ids[MESSAGES_MAX] = {"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"};
    struct submit_fields fields[MESSAGES_MAX];
    struct http_answer answer = {.fate = HTTP_ANSWERED,
                                 .status = status,
                                 .body = body->chars,
                                 .body_bytes = body->bytes,
                                 .retry_after = text_of(vector, "retry_after", "")};
    for (size_t i = 0; i < MESSAGES_MAX; i++)
        fields[i] = (struct submit_fields){.id = ids[i], .to = "+358401234567"};
    submit_answer_read(test->profile, &answer, NOW_MS, fields, count, readings);
}

static void answer_check(const struct tested *test, const cJSON *vector)
{
    struct text body = {0};
    struct submit_reading readings[MESSAGES_MAX];
    const char *about = text_of(vector, "about", "?");
    const cJSON *outcomes = cJSON_GetObjectItemCaseSensitive(vector, "outcomes");
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(vector, "ids");
    size_t count = (size_t)cJSON_GetArraySize(outcomes);
    assert_in_range(count, 1, MESSAGES_MAX);
    body_write(vector, NULL, &body);
    answer_read(test, (int)number_of(vector, "status", 200), &body, vector, count, readings);
    for (size_t i = 0; i < count; i++) {
        const char *wanted = cJSON_GetArrayItem(outcomes, (int)i)->valuestring;
        const char *id = cJSON_GetStringValue(cJSON_GetArrayItem(ids, (int)i));
        if (strcmp(submit_outcome_name(readings[i].outcome), wanted) != 0 ||
            strcmp(readings[i].gateway_id, id == NULL ? "" : id) != 0 ||
            readings[i].retry_after_ms != number_of(vector, "retry_after_ms", -1))
            fail_msg("%s: %s: message %zu: %s \"%s\" (%s), not %s", test->name, about, i + 1,
                     submit_outcome_name(readings[i].outcome), readings[i].gateway_id, readings[i].reason,
                     wanted);
    }
    text_free(&body);
}

static void answers_are_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        const cJSON *vector = NULL;
        cJSON_ArrayForEach(vector, group(&tested[i], "answers")) answer_check(&tested[i], vector);
    }
}

/* {"field", "status", "body" with %s, "outcomes": {value: outcome}}; without a field the values are statuses. */
static void outcome_table_check(const struct tested *test, const cJSON *table)
{
    const cJSON *row = NULL;
    bool by_status = text_of(table, "field", "")[0] == '\0';
    struct text body = {0};
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(table, "outcomes"))
    {
        struct submit_reading reading;
        int status = by_status ? atoi(row->string) : (int)number_of(table, "status", 200);
        body_write(table, row->string, &body);
        answer_read(test, status, &body, table, 1, &reading);
        if (strcmp(submit_outcome_name(reading.outcome), row->valuestring) != 0)
            fail_msg("%s: %s %s: %s (%s), not %s", test->name, text_of(table, "field", "status"), row->string,
                     submit_outcome_name(reading.outcome), reading.reason, row->valuestring);
    }
    text_free(&body);
}

/* Whether some table of the vectors has the value for the field. */
static bool is_covered(const cJSON *tables, const char *rows, const char *field, const char *value)
{
    const cJSON *table = NULL;
    cJSON_ArrayForEach(
        table, tables) if (strcmp(text_of(table, "field", ""), field) == 0 &&
                           cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(table, rows),
                                                            value) != NULL) return true;
    return false;
}

static void every_row_of_outcomes_has_a_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        const struct tested *test = &tested[i];
        const cJSON *tables = group(test, "outcome_tables"), *table = NULL;
        cJSON_ArrayForEach(table, tables) outcome_table_check(test, table);
        for (size_t j = 0; j < test->profile->outcomes_count; j++) {
            const struct outcome_rule *rule = &test->profile->outcomes[j];
            char status[16];
            snprintf(status, sizeof status, "%d", rule->status_low);
            if (!is_covered(tables, "outcomes", rule->field, rule->field[0] == '\0' ? status : rule->value))
                fail_msg("%s: no case for the outcome of %s %s", test->name, rule->field,
                         rule->field[0] == '\0' ? status : rule->value);
        }
    }
}

/* --- webhooks --- */

static void reply_check(const struct tested *test, const char *about, const struct webhook_item *item,
                        const cJSON *wanted)
{
    const struct webhook_reply *reply = &item->reply;
    const char *text = text_of(wanted, "text", NULL);
    if (strcmp(reply->id, text_of(wanted, "id", "")) != 0 ||
        strcmp(reply->from, text_of(wanted, "from", "")) != 0 ||
        strcmp(reply->to, text_of(wanted, "to", "")) != 0 ||
        strcmp(reply->part_ref, text_of(wanted, "part_ref", "")) != 0 ||
        reply->part != number_of(wanted, "part", 0) || reply->parts != number_of(wanted, "parts", 0) ||
        reply->sent_ms != number_of(wanted, "sent_ms", -1))
        fail_msg("%s: %s: id \"%s\" from \"%s\" to \"%s\" part \"%s\" %d/%d sent %lld", test->name, about,
                 reply->id, reply->from, reply->to, reply->part_ref, reply->part, reply->parts,
                 (long long)reply->sent_ms);
    if ((text == NULL) != (reply->text == NULL) || (text != NULL && strcmp(text, reply->text) != 0))
        fail_msg("%s: %s: text \"%s\"", test->name, about, reply->text);
}

static void receipt_check(const struct tested *test, const char *about, const struct webhook_item *item,
                          const cJSON *wanted)
{
    const struct webhook_receipt *receipt = &item->receipt;
    if (strcmp(receipt->ref, text_of(wanted, "ref", "")) != 0 ||
        strcmp(receipt->gateway_id, text_of(wanted, "id", "")) != 0 ||
        strcmp(receipt->to, text_of(wanted, "to", "")) != 0 ||
        strcmp(receipt_state_name(receipt->state), text_of(wanted, "state", "unknown")) != 0)
        fail_msg("%s: %s: ref \"%s\" id \"%s\" to \"%s\" %s", test->name, about, receipt->ref,
                 receipt->gateway_id, receipt->to, receipt_state_name(receipt->state));
}

static enum webhook_problem vector_read(const struct tested *test, const cJSON *vector, const char *value,
                                        struct webhook_items *items_out)
{
    struct text body = {0}, query = {0};
    body_write(vector, value, &body);
    const char *given = text_of(vector, "query", ""), *place = value == NULL ? NULL : strstr(given, "%s");
    text_add(&query, "");
    text_add_bytes(&query, given, place == NULL ? strlen(given) : (size_t)(place - given));
    if (place != NULL)
        text_addf(&query, "%s%s", value, place + 2);
    struct webhook_input input = {.query = query.chars,
                                  .content_type = text_of(vector, "content_type", ""),
                                  .body = body.chars,
                                  .body_bytes = body.bytes};
    enum webhook_kind kind =
        strcmp(text_of(vector, "url", ""), "reply") == 0 ? WEBHOOK_REPLY : WEBHOOK_RECEIPT;
    enum webhook_problem problem = webhook_read(test->profile, kind, &input, items_out);
    text_free(&body);
    text_free(&query);
    return problem;
}

static void webhook_check(const struct tested *test, const cJSON *vector)
{
    const char *about = text_of(vector, "about", "?");
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(vector, "items");
    struct webhook_items items;
    enum webhook_problem problem = vector_read(test, vector, NULL, &items);
    if (strcmp(webhook_problem_name(problem), text_of(vector, "problem", "ok")) != 0 ||
        items.count != (size_t)cJSON_GetArraySize(wanted))
        fail_msg("%s: %s: %s, %zu items", test->name, about, webhook_problem_name(problem), items.count);
    for (size_t i = 0; i < items.count; i++) {
        const struct webhook_item *item = &items.items[i];
        const cJSON *one = cJSON_GetArrayItem(wanted, (int)i);
        bool is_reply = strcmp(text_of(one, "kind", ""), "reply") == 0;
        if (strcmp(webhook_problem_name(item->problem), text_of(one, "problem", "ok")) != 0 ||
            (item->kind == WEBHOOK_REPLY) != is_reply)
            fail_msg("%s: %s: item %zu: %s", test->name, about, i, webhook_problem_name(item->problem));
        if (is_reply)
            reply_check(test, about, item, one);
        else
            receipt_check(test, about, item, one);
    }
    webhook_items_clear(&items);
}

static void webhooks_are_replies_and_receipts(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        const cJSON *vector = NULL;
        cJSON_ArrayForEach(vector, group(&tested[i], "webhooks")) webhook_check(&tested[i], vector);
    }
}

static void every_row_of_states_has_a_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        const struct tested *test = &tested[i];
        const cJSON *tables = group(test, "state_tables"), *table = NULL, *row = NULL;
        cJSON_ArrayForEach(table, tables)
        {
            cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(table, "states"))
            {
                struct webhook_items items;
                enum webhook_problem problem = vector_read(test, table, row->string, &items);
                if (problem != WEBHOOK_OK || items.count != 1 || items.items[0].problem != WEBHOOK_OK ||
                    strcmp(receipt_state_name(items.items[0].receipt.state), row->valuestring) != 0)
                    fail_msg("%s: %s %s is not %s", test->name, text_of(table, "field", "state"), row->string,
                             row->valuestring);
                webhook_items_clear(&items);
            }
        }
        for (size_t j = 0; j < test->profile->receipt.states_count; j++) {
            const struct state_rule *rule = &test->profile->receipt.states[j];
            if (!is_covered(tables, "states", rule->field, rule->value))
                fail_msg("%s: no case for the state of %s %s", test->name, rule->field, rule->value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_that_ships_has_vectors),
        cmocka_unit_test(requests_are_written_byte_for_byte),
        cmocka_unit_test(answers_are_outcomes),
        cmocka_unit_test(every_row_of_outcomes_has_a_case),
        cmocka_unit_test(webhooks_are_replies_and_receipts),
        cmocka_unit_test(every_row_of_states_has_a_case),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
