/* Writing messages as the profile's request. What JSON and forms escape is escaped here; what would end a header or
 * belongs into no URL is left out by the templates. Never puts into a request what the profile does not ask for. */
#include "gateway/submit.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile_parts.h"
#include "gateway/request_template.h"

/* The messages of a request; `values` are those of the first, which is also what stands outside the array. */
struct batch {
    struct template_values values;
    const struct submit_fields *fields;
    size_t count;
};

static void tree_write(const cJSON *value, const struct template_values *values, struct text *body);
static void batch_write(const cJSON *tree, const struct batch *batch, struct text *body);
static void form_write(const struct profile_request *shape, const struct template_values *values,
                       struct text *body);

static void body_write(const struct batch *batch, struct text *body)
{
    const struct profile_request *shape = batch->values.request;
    switch (shape->body) {
    case REQUEST_JSON:
        batch_write(batch->count > 1 && shape->batch.json != NULL ? shape->batch.json : shape->json, batch,
                    body);
        break;
    case REQUEST_FORM:
        form_write(shape, &batch->values, body);
        break;
    case REQUEST_TEXT:
        request_template_write(shape->text, &batch->values, TEMPLATE_BODY, body);
        break;
    }
}

void submit_request_write(const struct profile *profile, const struct gateway_settings *gateway,
                          const struct submit_fields *fields, size_t count, struct submit_request *request)
{
    const struct profile_request *shape = &profile->request;
    const struct batch batch = {
        .values = {.request = shape, .gateway = gateway, .fields = fields}, .fields = fields, .count = count};
    assert(count >= 1 && count <= shape->batch.max);
    text_clear(&request->url);
    text_clear(&request->body);
    request_template_write(count > 1 && shape->batch.url != NULL ? shape->batch.url : shape->url,
                           &batch.values, TEMPLATE_URL, &request->url);
    for (size_t i = 0; i < shape->headers_count; i++) {
        text_clear(&request->header_texts[i]);
        request_template_write(shape->headers[i], &batch.values, TEMPLATE_HEADER, &request->header_texts[i]);
        request->headers[i] = request->header_texts[i].chars;
    }
    request->headers[shape->headers_count] = NULL;
    body_write(&batch, &request->body);
    request->request = (struct http_request){.method = shape->method,
                                             .url = request->url.chars,
                                             .headers = request->headers,
                                             .body = request->body.chars,
                                             .body_bytes = request->body.bytes};
}

void submit_request_free(struct submit_request *request)
{
    text_free(&request->url);
    text_free(&request->body);
    for (size_t i = 0; i < SUBMIT_HEADERS_MAX; i++)
        text_free(&request->header_texts[i]);
    *request = (struct submit_request){0};
}

/* --- JSON --- */

static void string_write(const char *template, const struct template_values *values, struct text *body)
{
    struct text value = {0};
    text_add(&value, "");
    request_template_write(template, values, TEMPLATE_BODY, &value);
    if (request_template_is_number(template))
        text_add(body, value.chars);
    else
        json_add_string(body, value.chars);
    text_free(&value);
}

static void name_write(const cJSON *tree, const cJSON *member, struct text *body)
{
    text_add(body, member == tree->child ? "" : ",");
    json_add_string(body, member->string);
    text_add(body, ":");
}

static void tree_write(const cJSON *value, const struct template_values *values, struct text *body)
{
    const cJSON *child = NULL;
    if (cJSON_IsString(value)) {
        string_write(value->valuestring, values, body);
        return;
    }
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value)) {
        json_print(value, body);
        return;
    }
    text_add(body, cJSON_IsObject(value) ? "{" : "[");
    cJSON_ArrayForEach(child, value)
    {
        if (cJSON_IsObject(value))
            name_write(value, child, body);
        else
            text_add(body, child == value->child ? "" : ",");
        tree_write(child, values, body);
    }
    text_add(body, cJSON_IsObject(value) ? "}" : "]");
}

/* Whether the member is the array whose one item is the template of a message; a single message may have another tree. */
static bool is_array_of_messages(const struct profile_request *shape, const cJSON *tree, const cJSON *member)
{
    const cJSON *with_array = shape->batch.json != NULL ? shape->batch.json : shape->json;
    return shape->batch.max > 1 && tree == with_array && strcmp(member->string, shape->batch.array) == 0;
}

/* The root's members; the batch's array holds its one item for each message. */
static void batch_write(const cJSON *tree, const struct batch *batch, struct text *body)
{
    const cJSON *member = NULL;
    text_add(body, "{");
    cJSON_ArrayForEach(member, tree)
    {
        name_write(tree, member, body);
        if (!is_array_of_messages(batch->values.request, tree, member)) {
            tree_write(member, &batch->values, body);
            continue;
        }
        for (size_t i = 0; i < batch->count; i++) {
            struct template_values values = batch->values;
            values.fields = &batch->fields[i];
            text_add(body, i == 0 ? "[" : ",");
            tree_write(member->child, &values, body);
        }
        text_add(body, "]");
    }
    text_add(body, "}");
}

/* --- forms --- */

/* Everything but letters and digits is escaped: shorter is not worth a rule. */
static void form_add(struct text *body, const char *chars)
{
    for (const char *at = chars; *at != '\0'; at++) {
        bool plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
        text_addf(body, plain ? "%c" : "%%%02X", (unsigned char)*at);
    }
}

static void form_write(const struct profile_request *shape, const struct template_values *values,
                       struct text *body)
{
    struct text value = {0};
    for (size_t i = 0; i < shape->fields_count; i++) {
        text_clear(&value);
        text_add(&value, "");
        request_template_write(shape->fields[i].template, values, TEMPLATE_BODY, &value);
        text_add(body, i == 0 ? "" : "&");
        form_add(body, shape->fields[i].name);
        text_add(body, "=");
        form_add(body, value.chars);
    }
    text_free(&value);
}
