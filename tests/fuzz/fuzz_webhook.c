/* What a provider sends: a webhook, or the answer to a submit. The profile is named by PULSSI_FUZZ_PROFILE.
 *
 *   r query NL content type NL body     a reply        d …  a receipt        a status NL … NL body   an answer */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "gateway/submit.h"
#include "gateway/webhook.h"

static struct profile *profile;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    const char *name = getenv("PULSSI_FUZZ_PROFILE");
    char path[512];
    size_t bytes = 0;
    struct error error;
    snprintf(path, sizeof path, "%s/config/gateways/%s.json", FUZZ_SOURCE_DIR,
             name == NULL ? "simulator" : name);
    const char *file = fuzz_read(path, &bytes);
    profile = profile_parse(file, bytes, &error);
    assert(profile != NULL);
    return 0;
}

static void read_answer(int status, const char *body)
{
    static const struct submit_fields fields[3] = {{.id = "aaaaaaaaaaaa", .to = "+358401234567"},
                                                   {.id = "bbbbbbbbbbbb", .to = "+358401234568"},
                                                   {.id = "cccccccccccc", .to = "+358401234569"}};
    size_t count = profile_batch_max(profile) >= 3 ? 3 : 1;
    struct submit_reading readings[3];
    struct http_answer answer = {.fate = HTTP_ANSWERED,
                                 .status = status,
                                 .body = body,
                                 .body_bytes = strlen(body),
                                 .retry_after = "",
                                 .problem = ""};
    submit_answer_read(profile, &answer, 0, fields, count, readings);
    for (size_t i = 0; i < count; i++) {
        assert(submit_outcome_name(readings[i].outcome) != NULL);
        assert(text_is_utf8(readings[i].gateway_id, strlen(readings[i].gateway_id)));
        assert(strlen(readings[i].reason) < sizeof readings[i].reason);
    }
}

static void read_webhook(enum webhook_kind kind, const struct webhook_input *input)
{
    struct webhook_items items = {0};
    if (webhook_read(profile, kind, input, &items) == WEBHOOK_OK) {
        assert(items.count <= 100);
        for (size_t i = 0; i < items.count; i++) {
            const struct webhook_item *item = &items.items[i];
            if (item->problem != WEBHOOK_OK || item->kind != WEBHOOK_REPLY)
                continue;
            assert(item->reply.id[0] != '\0' && item->reply.text != NULL);
            assert(phone_is_e164(item->reply.from));
            assert(text_is_utf8(item->reply.text, strlen(item->reply.text)));
            assert(strlen(item->reply.text) <= WEBHOOK_TEXT_BYTES_MAX);
            assert(item->reply.parts <= 1 ||
                   (item->reply.part >= 1 && item->reply.part <= item->reply.parts));
        }
    }
    webhook_items_clear(&items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *copy = memory_zeroed(size + 1, 1), empty[] = "";
    memcpy(copy, data, size);
    char *query = copy + 1, *type = strchr(query, '\n'), *body = type != NULL ? strchr(type + 1, '\n') : NULL;
    if (type != NULL)
        *type++ = '\0';
    if (body != NULL)
        *body++ = '\0';
    struct webhook_input input = {.query = query, .content_type = type != NULL ? type : empty};
    input.body = body != NULL ? body : empty;
    input.body_bytes = body != NULL ? size - (size_t)(body - copy) : 0;
    if (copy[0] == 'a')
        read_answer(atoi(query), input.body);
    else
        read_webhook(copy[0] == 'r' ? WEBHOOK_REPLY : WEBHOOK_RECEIPT, &input);
    free(copy);
    return 0;
}
