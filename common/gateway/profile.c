/* Reading a gateway profile. Promises that a profile in memory can be used without a further check:
 * templates are known to be sound, a reply has an id, every state and outcome is one of ours. Refusals name
 * the path inside the file. Never decides what to do with a message. */
#include "gateway/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/request_template.h"

#define PROFILE_FILE_BYTES_MAX ((size_t)64 * 1024)

static void read_request(struct profile_request *request, struct json_reader *root);
static void read_headers(struct profile_request *request, struct json_reader *reader);
static void read_encoding(struct profile_request *request, struct json_reader *reader);
static void read_body(struct profile_request *request, struct json_reader *reader);
static void read_fields(struct profile_request *request, struct json_reader *reader, const char *member);
static bool request_uses(const struct profile_request *request, const char *placeholder);
static bool gateways_fit(const struct settings *settings, const char *name, const struct profile *profile,
                         struct error *error);
static void read_accepted(struct profile *profile, struct json_reader *root);
static void read_starts(struct profile *profile, struct json_reader *accepted);
static void read_outcomes(struct profile *profile, struct json_reader *root);
static void read_outcome(struct outcome_rule *rule, struct json_reader *reader);
static void read_receipt(struct receipt_shape *shape, struct json_reader *root);
static void read_states(struct receipt_shape *shape, struct json_reader *receipt);
static void read_reply(struct reply_shape *shape, struct json_reader *root);
static void read_name(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE]);
static size_t read_choice(struct json_reader *reader, const char *member, const char *const *choices);
static char *read_template(struct json_reader *reader, const char *member, enum template_place place);

struct profile *profile_load(const struct settings *settings, const char *name, struct error *error)
{
    char path[sizeof settings->share_folder + 300];
    struct text content = {0};
    snprintf(path, sizeof path, "%s/gateways/%s.json", settings->share_folder, name);
    if (!file_read(path, PROFILE_FILE_BYTES_MAX, &content, error)) {
        error_prefix(error, "gateway profile \"%s\"", name);
        return NULL;
    }
    struct profile *profile = profile_parse(content.chars, content.bytes, error);
    if (profile == NULL)
        error_prefix(error, "%s", path);
    else if (!gateways_fit(settings, name, profile, error))
        profile_free(&profile);
    text_free(&content);
    return profile;
}

struct profile *profile_parse(const char *bytes, size_t bytes_count, struct error *error)
{
    cJSON *tree = json_parse(bytes, bytes_count, error);
    if (tree == NULL)
        return NULL;
    struct profile *profile = memory_zeroed(1, sizeof *profile);
    struct json_reader root;
    json_reader_root(&root, tree, error);
    static const char *const kinds[] = {"provider", "simulator", NULL};
    profile->is_simulator = read_choice(&root, "kind", kinds) == 1;
    (void)text_copy(profile->region, sizeof profile->region,
                    json_string(&root, "region", 1, sizeof profile->region - 1));
    read_request(&profile->request, &root);
    read_accepted(profile, &root);
    read_outcomes(profile, &root);
    read_receipt(&profile->receipt, &root);
    read_reply(&profile->reply, &root);
    if (!json_finish(&root))
        profile_free(&profile);
    cJSON_Delete(tree);
    return profile;
}

void profile_free(struct profile **freeing)
{
    struct profile *profile = *freeing;
    if (profile == NULL)
        return;
    free(profile->request.url);
    for (size_t i = 0; i < profile->request.headers_count; i++)
        free(profile->request.headers[i]);
    for (size_t i = 0; i < profile->request.fields_count; i++)
        free(profile->request.fields[i].template);
    free(profile->request.text);
    free(profile);
    *freeing = NULL;
}

bool profile_is_simulator(const struct profile *profile)
{
    return profile->is_simulator;
}

/* --- the settings it needs --- */

static bool gateways_fit(const struct settings *settings, const char *name, const struct profile *profile,
                         struct error *error)
{
    for (size_t i = 0; i < settings->gateways_count; i++) {
        const struct gateway_settings *gateway = &settings->gateways[i];
        const struct {
            const char *placeholder, *key, *value;
        } needs[] = {{"{user}", "user", gateway->user},
                     {"{secret}", "secret", gateway->secret},
                     {"{receipt_url}", "public_url", gateway->public_url}};
        if (profile->is_simulator || strcmp(gateway->profile, name) != 0)
            continue;
        for (size_t j = 0; j < sizeof needs / sizeof needs[0]; j++)
            if (needs[j].value[0] == '\0' && request_uses(&profile->request, needs[j].placeholder))
                return error_set(error, "[gateway:%s] %s: missing, the gateway profile \"%s\" needs it",
                                 gateway->name, needs[j].key, name);
    }
    return true;
}

static bool request_uses(const struct profile_request *request, const char *placeholder)
{
    bool used = strstr(request->url, placeholder) != NULL ||
                (request->text != NULL && strstr(request->text, placeholder) != NULL);
    for (size_t i = 0; i < request->headers_count; i++)
        used = used || strstr(request->headers[i], placeholder) != NULL;
    for (size_t i = 0; i < request->fields_count; i++)
        used = used || strstr(request->fields[i].template, placeholder) != NULL;
    return used;
}

/* --- the request --- */

static void read_request(struct profile_request *request, struct json_reader *root)
{
    static const char *const methods[] = {"POST", NULL};
    struct json_reader reader;
    json_object(root, "request", &reader);
    (void)text_copy(request->method, sizeof request->method,
                    methods[read_choice(&reader, "method", methods)]);
    request->url = read_template(&reader, "url", TEMPLATE_URL);
    read_headers(request, &reader);
    read_encoding(request, &reader);
    read_body(request, &reader);
    json_finish(&reader);
}

/* A header's name as RFC 9110 has it, strictly enough for what gateways ask. */
static bool is_header_name(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void read_headers(struct profile_request *request, struct json_reader *reader)
{
    struct json_reader headers;
    const char *name;
    json_object(reader, "headers", &headers);
    for (size_t i = 0; (name = json_member_name(&headers, i)) != NULL; i++) {
        if (i == SUBMIT_HEADERS_MAX) {
            json_problem(reader, "headers", "at most %d headers", SUBMIT_HEADERS_MAX);
            return;
        }
        const char *value = json_string(&headers, name, 1, PROFILE_TEMPLATE_MAX);
        if (!is_header_name(name)) {
            json_problem(reader, "headers", "a name that is not one of a header");
            return;
        }
        request_template_check(&headers, name, value, TEMPLATE_HEADER);
        struct text header = {0};
        text_addf(&header, "%s: %s", name, value);
        request->headers[request->headers_count++] = header.chars;
    }
}

/* They may end up in a header, and are checked as its template would be. */
static void read_encoding(struct profile_request *request, struct json_reader *reader)
{
    struct json_reader encoding;
    (void)text_copy(request->gsm7, sizeof request->gsm7, "gsm7");
    (void)text_copy(request->ucs2, sizeof request->ucs2, "ucs2");
    if (!json_has(reader, "encoding"))
        return;
    json_object(reader, "encoding", &encoding);
    read_name(&encoding, "gsm7", request->gsm7);
    read_name(&encoding, "ucs2", request->ucs2);
    request_template_check(&encoding, "gsm7", request->gsm7, TEMPLATE_HEADER);
    request_template_check(&encoding, "ucs2", request->ucs2, TEMPLATE_HEADER);
    json_finish(&encoding);
}

static void read_body(struct profile_request *request, struct json_reader *reader)
{
    int bodies = json_has(reader, "json") + json_has(reader, "form") + json_has(reader, "text");
    if (reader->value != NULL && bodies != 1) {
        json_problem(reader, NULL, "expected one of json, form and text, the body");
    } else if (json_has(reader, "text")) {
        request->body = REQUEST_TEXT;
        request->text = read_template(reader, "text", TEMPLATE_BODY);
    } else {
        request->body = json_has(reader, "form") ? REQUEST_FORM : REQUEST_JSON;
        read_fields(request, reader, request->body == REQUEST_FORM ? "form" : "json");
    }
}

static void read_fields(struct profile_request *request, struct json_reader *reader, const char *member)
{
    struct json_reader body;
    const char *name;
    json_object(reader, member, &body);
    for (size_t i = 0; (name = json_member_name(&body, i)) != NULL; i++) {
        struct profile_field *field = &request->fields[request->fields_count];
        if (i == PROFILE_FIELDS_MAX || !text_copy(field->name, sizeof field->name, name)) {
            json_problem(reader, member, "at most %d members with names of at most %d bytes",
                         PROFILE_FIELDS_MAX, PROFILE_NAME_SIZE - 1);
            return;
        }
        field->template = read_template(&body, name, TEMPLATE_BODY);
        request->fields_count++;
    }
}

/* --- the answer --- */

static void read_starts(struct profile *profile, struct json_reader *accepted)
{
    struct json_reader starts;
    size_t count = 0;
    json_array(accepted, "body_starts", 1, PROFILE_STARTS_MAX, &starts, &count);
    for (size_t i = 0; i < count; i++)
        (void)text_copy(profile->accepted_starts[profile->accepted_starts_count++], PROFILE_NAME_SIZE,
                        json_item_string(&starts, i, 1, PROFILE_NAME_SIZE - 1));
}

static void read_accepted(struct profile *profile, struct json_reader *root)
{
    struct json_reader accepted, statuses;
    size_t count = 0;
    json_object(root, "accepted", &accepted);
    json_array(&accepted, "status", 1, PROFILE_ACCEPTED_MAX, &statuses, &count);
    for (size_t i = 0; i < count; i++)
        profile->accepted[profile->accepted_count++] = (int)json_item_int(&statuses, i, 200, 299);
    if (json_has(&accepted, "body_starts"))
        read_starts(profile, &accepted);
    else
        read_name(&accepted, "id", profile->accepted_id);
    json_finish(&accepted);
}

static void read_outcomes(struct profile *profile, struct json_reader *root)
{
    struct json_reader outcomes;
    size_t count = 0;
    json_array(root, "outcomes", 0, PROFILE_OUTCOMES_MAX, &outcomes, &count);
    for (size_t i = 0; i < count; i++) {
        struct json_reader reader;
        json_item_object(&outcomes, i, &reader);
        read_outcome(&profile->outcomes[profile->outcomes_count++], &reader);
    }
}

static void read_outcome(struct outcome_rule *rule, struct json_reader *reader)
{
    rule->status_low = (int)json_int(reader, "status", 100, 599);
    rule->status_high = (int)json_int_or(reader, "status_to", rule->status_low, 599, rule->status_low);
    if (json_has(reader, "field") || json_has(reader, "value")) {
        read_name(reader, "field", rule->field);
        read_name(reader, "value", rule->value);
    }
    const char *name = json_string(reader, "outcome", 1, 64);
    if (!submit_outcome_parse(name, &rule->outcome) || rule->outcome == SUBMIT_NOT_HANDED_OVER ||
        rule->outcome == SUBMIT_ACCEPTED)
        json_problem(reader, "outcome",
                     "expected retry, throttled, permanent, invalid_number, opted_out, lane_stop or unknown");
    json_finish(reader);
}

/* --- what comes in --- */

static const char *const formats[] = {
    [BODY_JSON] = "json", [BODY_FORM] = "form", [BODY_QUERY] = "query", NULL};

static void read_receipt(struct receipt_shape *shape, struct json_reader *root)
{
    static const char *const ways[] = {"name", "bits", NULL};
    struct json_reader receipt;
    json_object(root, "receipt", &receipt);
    shape->format = (enum body_format)read_choice(&receipt, "format", formats);
    read_name(&receipt, "ref", shape->ref);
    if (json_has(&receipt, "id"))
        read_name(&receipt, "id", shape->id);
    read_name(&receipt, "state", shape->state);
    if (json_has(&receipt, "states_by"))
        shape->states_are_bits = read_choice(&receipt, "states_by", ways) == 1;
    read_states(shape, &receipt);
    json_finish(&receipt);
}

static void read_states(struct receipt_shape *shape, struct json_reader *receipt)
{
    struct json_reader states;
    const char *name;
    json_object(receipt, "states", &states);
    for (size_t i = 0; (name = json_member_name(&states, i)) != NULL; i++) {
        if (i == PROFILE_STATES_MAX ||
            !text_copy(shape->states[i].name, sizeof shape->states[i].name, name)) {
            json_problem(receipt, "states", "at most %d states with names of at most %d bytes",
                         PROFILE_STATES_MAX, PROFILE_NAME_SIZE - 1);
            break;
        }
        if (shape->states_are_bits && !text_to_int(name, 1, INT32_MAX, &shape->states[i].bits))
            json_problem(&states, name, "a state of bits is a decimal number, 1 or more");
        if (!receipt_state_parse(json_string(&states, name, 1, 64), &shape->states[i].state))
            json_problem(&states, name,
                         "expected enroute, delivered, expired, undelivered, invalid_number or unknown");
        shape->states_count = i + 1;
    }
}

static void read_reply(struct reply_shape *shape, struct json_reader *root)
{
    static const char *const number_forms[] = {
        [NUMBER_E164] = "e164", [NUMBER_DIGITS] = "digits", [NUMBER_EITHER] = "either", NULL};
    struct json_reader reply;
    json_object(root, "reply", &reply);
    shape->format = (enum body_format)read_choice(&reply, "format", formats);
    if (reply.value != NULL && !json_has(&reply, "id"))
        json_problem(&reply, "id", "missing: replies without an id of their own cannot be counted once");
    read_name(&reply, "id", shape->id);
    read_name(&reply, "from", shape->from);
    read_name(&reply, "to", shape->to);
    if (shape->format != BODY_QUERY || json_has(&reply, "text"))
        read_name(&reply, "text", shape->text);
    shape->number_form = (enum number_form)read_choice(&reply, "number_form", number_forms);
    json_finish(&reply);
}

/* --- members --- */

static void read_name(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE])
{
    (void)text_copy(out, PROFILE_NAME_SIZE, json_string(reader, member, 1, PROFILE_NAME_SIZE - 1));
}

/* Index of the member's text among the choices; 0 with the problem kept when it is none. */
static size_t read_choice(struct json_reader *reader, const char *member, const char *const *choices)
{
    const char *chosen = json_string(reader, member, 1, 64);
    struct text expected = {0};
    size_t found = 0;
    for (; choices[found] != NULL && strcmp(chosen, choices[found]) != 0; found++)
        text_addf(&expected, "%s%s", found == 0 ? "" : " or ", choices[found]);
    if (choices[found] == NULL) {
        json_problem(reader, member, "expected %s", expected.chars);
        found = 0;
    }
    text_free(&expected);
    return found;
}

static char *read_template(struct json_reader *reader, const char *member, enum template_place place)
{
    const char *template = json_string(reader, member, 0, PROFILE_TEMPLATE_MAX);
    request_template_check(reader, member, template, place);
    return memory_text(template);
}
