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
static void read_fields(struct profile_request *request, struct json_reader *reader);
static void read_accepted(struct profile *profile, struct json_reader *root);
static void read_outcomes(struct profile *profile, struct json_reader *root);
static void read_outcome(struct outcome_rule *rule, struct json_reader *reader);
static void read_receipt(struct receipt_shape *shape, struct json_reader *root);
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
    free(profile);
    *freeing = NULL;
}

bool profile_is_simulator(const struct profile *profile)
{
    return profile->is_simulator;
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
    read_fields(request, &reader);
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

static void read_fields(struct profile_request *request, struct json_reader *reader)
{
    struct json_reader body;
    const char *name;
    json_object(reader, "json", &body);
    for (size_t i = 0; (name = json_member_name(&body, i)) != NULL; i++) {
        struct profile_field *field = &request->fields[request->fields_count];
        if (i == PROFILE_FIELDS_MAX || !text_copy(field->name, sizeof field->name, name)) {
            json_problem(reader, "json", "at most %d members with names of at most %d bytes",
                         PROFILE_FIELDS_MAX, PROFILE_NAME_SIZE - 1);
            return;
        }
        field->template = read_template(&body, name, TEMPLATE_BODY);
        request->fields_count++;
    }
}

/* --- the answer --- */

static void read_accepted(struct profile *profile, struct json_reader *root)
{
    struct json_reader accepted, statuses;
    size_t count = 0;
    json_object(root, "accepted", &accepted);
    json_array(&accepted, "status", 1, PROFILE_ACCEPTED_MAX, &statuses, &count);
    for (size_t i = 0; i < count; i++)
        profile->accepted[profile->accepted_count++] = (int)json_item_int(&statuses, i, 200, 299);
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

static const char *const formats[] = {[BODY_JSON] = "json", [BODY_FORM] = "form", NULL};

static void read_receipt(struct receipt_shape *shape, struct json_reader *root)
{
    struct json_reader receipt, states;
    const char *name;
    json_object(root, "receipt", &receipt);
    shape->format = (enum body_format)read_choice(&receipt, "format", formats);
    read_name(&receipt, "ref", shape->ref);
    read_name(&receipt, "id", shape->id);
    read_name(&receipt, "state", shape->state);
    json_object(&receipt, "states", &states);
    for (size_t i = 0; (name = json_member_name(&states, i)) != NULL; i++) {
        if (i == PROFILE_STATES_MAX ||
            !text_copy(shape->states[i].name, sizeof shape->states[i].name, name)) {
            json_problem(&receipt, "states", "at most %d states with names of at most %d bytes",
                         PROFILE_STATES_MAX, PROFILE_NAME_SIZE - 1);
            break;
        }
        if (!receipt_state_parse(json_string(&states, name, 1, 64), &shape->states[i].state))
            json_problem(&states, name,
                         "expected enroute, delivered, expired, undelivered, invalid_number or unknown");
        shape->states_count = i + 1;
    }
    json_finish(&receipt);
}

static void read_reply(struct reply_shape *shape, struct json_reader *root)
{
    static const char *const number_forms[] = {[NUMBER_E164] = "e164", [NUMBER_DIGITS] = "digits", NULL};
    struct json_reader reply;
    json_object(root, "reply", &reply);
    shape->format = (enum body_format)read_choice(&reply, "format", formats);
    if (reply.value != NULL && !json_has(&reply, "id"))
        json_problem(&reply, "id", "missing: replies without an id of their own cannot be counted once");
    read_name(&reply, "id", shape->id);
    read_name(&reply, "from", shape->from);
    read_name(&reply, "to", shape->to);
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
