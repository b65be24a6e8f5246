/* Reading how a profile writes a message: templates are checked here, so that writing cannot fail. A request of
 * several messages repeats the one item of an array. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/request_template.h"

static char *read_template(struct json_reader *reader, const char *member, enum template_place place);
static void read_headers(struct profile_request *request, struct json_reader *reader);
static void read_words(struct profile_request *request, struct json_reader *reader);
static void read_body(struct profile_request *request, struct json_reader *reader);
static void read_form(struct profile_request *request, struct json_reader *reader);
static cJSON *read_tree(struct json_reader *reader, const char *member);
static void read_batch(struct profile_request *request, struct json_reader *reader);
static void add_templates(const struct profile_request *request, struct text *templates);

void profile_read_request(struct profile_request *request, struct json_reader *root)
{
    static const char *const methods[] = {"POST", NULL};
    static const char *const forms[] = {"e164", "digits", NULL};
    struct json_reader reader;
    json_object(root, "request", &reader);
    (void)text_copy(request->method, sizeof request->method,
                    methods[profile_read_choice(&reader, "method", methods)]);
    request->url = read_template(&reader, "url", TEMPLATE_URL);
    read_headers(request, &reader);
    if (json_has(&reader, "numbers"))
        request->number_form =
            profile_read_choice(&reader, "numbers", forms) == 1 ? NUMBER_DIGITS : NUMBER_E164;
    request->validity_hours_max = json_int_or(&reader, "validity_hours_max", 1, 168, INT64_MAX);
    read_words(request, &reader);
    read_body(request, &reader);
    read_batch(request, &reader);
    json_finish(&reader);
}

void profile_request_clear(struct profile_request *request)
{
    free(request->url);
    for (size_t i = 0; i < request->headers_count; i++)
        free(request->headers[i]);
    for (size_t i = 0; i < request->fields_count; i++)
        free(request->fields[i].template);
    free(request->text);
    cJSON_Delete(request->json);
    free(request->batch.url);
    cJSON_Delete(request->batch.json);
}

bool profile_request_uses(const struct profile_request *request, const char *placeholder)
{
    struct text templates = {0};
    add_templates(request, &templates);
    bool used = strstr(templates.chars, placeholder) != NULL;
    text_free(&templates);
    return used;
}

bool profile_request_lacks(const struct profile_request *request, const struct gateway_settings *gateway,
                           char name_out[PROFILE_NAME_SIZE])
{
    struct text templates = {0};
    bool lacks = false;
    add_templates(request, &templates);
    for (const char *at = templates.chars; !lacks && (at = strstr(at, TEMPLATE_PARAMETER)) != NULL; at++) {
        const char *name = at + strlen(TEMPLATE_PARAMETER);
        struct text value = {0};
        snprintf(name_out, PROFILE_NAME_SIZE, "%.*s", (int)strcspn(name, "}"), name);
        lacks = !request_parameter(gateway, name_out, &value);
        text_free(&value);
    }
    text_free(&templates);
    return lacks;
}

static void add_templates(const struct profile_request *request, struct text *templates)
{
    text_add(templates, request->url);
    for (size_t i = 0; i < request->headers_count; i++)
        text_addf(templates, "\n%s", request->headers[i]);
    for (size_t i = 0; i < request->fields_count; i++)
        text_addf(templates, "\n%s", request->fields[i].template);
    text_addf(templates, "\n%s\n%s\n", request->text == NULL ? "" : request->text,
              request->batch.url == NULL ? "" : request->batch.url);
    if (request->json != NULL)
        json_print(request->json, templates);
    if (request->batch.json != NULL)
        json_print(request->batch.json, templates);
}

static char *read_template(struct json_reader *reader, const char *member, enum template_place place)
{
    const char *template = json_string(reader, member, 0, PROFILE_TEMPLATE_MAX);
    request_template_check(reader, member, template, place);
    return memory_text(template);
}

/* --- headers and words --- */

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

/* A word may end up in a header, and is checked as its template would be. */
static void read_word(struct json_reader *reader, const char *member, char out[PROFILE_NAME_SIZE])
{
    profile_read_name(reader, member, out);
    request_template_check(reader, member, out, TEMPLATE_HEADER);
}

static void read_words(struct profile_request *request, struct json_reader *reader)
{
    struct json_reader words;
    request->sender_kinds = (struct sender_words){"number", "short_code", "name"};
    (void)text_copy(request->gsm7, sizeof request->gsm7, "gsm7");
    (void)text_copy(request->ucs2, sizeof request->ucs2, "ucs2");
    if (json_has(reader, "encoding")) {
        json_object(reader, "encoding", &words);
        read_word(&words, "gsm7", request->gsm7);
        read_word(&words, "ucs2", request->ucs2);
        json_finish(&words);
    }
    if (json_has(reader, "sender_kinds")) {
        json_object(reader, "sender_kinds", &words);
        read_word(&words, "number", request->sender_kinds.number);
        read_word(&words, "short_code", request->sender_kinds.short_code);
        read_word(&words, "name", request->sender_kinds.name);
        json_finish(&words);
    }
}

/* --- the body --- */

static void read_body(struct profile_request *request, struct json_reader *reader)
{
    int bodies = json_has(reader, "json") + json_has(reader, "form") + json_has(reader, "text");
    if (reader->value != NULL && bodies != 1) {
        json_problem(reader, NULL, "expected one of json, form and text, the body");
    } else if (json_has(reader, "text")) {
        request->body = REQUEST_TEXT;
        request->text = read_template(reader, "text", TEMPLATE_BODY);
    } else if (json_has(reader, "form")) {
        request->body = REQUEST_FORM;
        read_form(request, reader);
    } else {
        request->body = REQUEST_JSON;
        request->json = read_tree(reader, "json");
    }
}

static void read_form(struct profile_request *request, struct json_reader *reader)
{
    struct json_reader body;
    const char *name;
    json_object(reader, "form", &body);
    for (size_t i = 0; (name = json_member_name(&body, i)) != NULL; i++) {
        struct profile_field *field = &request->fields[request->fields_count];
        if (i == PROFILE_FIELDS_MAX || !text_copy(field->name, sizeof field->name, name)) {
            json_problem(reader, "form", "at most %d members with names of at most %d bytes",
                         PROFILE_FIELDS_MAX, PROFILE_NAME_SIZE - 1);
            return;
        }
        field->template = read_template(&body, name, TEMPLATE_BODY);
        request->fields_count++;
    }
}

/* Checks every text in the value. */
static void check_tree(struct json_reader *reader)
{
    struct json_reader child;
    for (size_t i = 0; json_child(reader, i, &child); i++) {
        const char *text = cJSON_GetStringValue(child.value);
        if (text == NULL)
            check_tree(&child);
        else if (strlen(text) > PROFILE_TEMPLATE_MAX)
            json_problem(&child, NULL, "expected at most %d bytes", PROFILE_TEMPLATE_MAX);
        else
            request_template_check(&child, NULL, text, TEMPLATE_BODY);
    }
}

/* Returns owned; NULL with the problem kept. */
static cJSON *read_tree(struct json_reader *reader, const char *member)
{
    struct json_reader tree;
    json_object(reader, member, &tree);
    if (tree.value == NULL)
        return NULL;
    check_tree(&tree);
    cJSON *copy = cJSON_Duplicate(tree.value, true);
    if (copy == NULL)
        abort(); /* memory is out */
    return copy;
}

/* --- several messages --- */

static void read_batch(struct profile_request *request, struct json_reader *reader)
{
    struct request_batch *batch = &request->batch;
    struct json_reader shape;
    batch->max = 1;
    if (!json_has(reader, "batch"))
        return;
    json_object(reader, "batch", &shape);
    batch->max = (size_t)json_int(&shape, "max", 2, PROFILE_BATCH_MAX);
    profile_read_name(&shape, "array", batch->array);
    if (json_has(&shape, "url"))
        batch->url = read_template(&shape, "url", TEMPLATE_URL);
    if (json_has(&shape, "json"))
        batch->json = read_tree(&shape, "json");
    const cJSON *tree = batch->json != NULL ? batch->json : request->json;
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(tree, batch->array);
    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) != 1)
        json_problem(&shape, "array",
                     "the JSON body has no such array of one item, the template of a message");
    json_finish(&shape);
}
