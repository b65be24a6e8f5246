#include "collector/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEAD_SIZE    160
#define NUMBERS      4
#define PIECES       4
#define PIECE_MAX    262144
#define REQUEST_WORD "pulssi-webhook"
#define REQUEST_FORM "1"

enum webhook_outcome request_failed(const struct redis_value *value)
{
    return redis_is_away(value) ? OUTCOME_LOST : OUTCOME_REFUSED;
}

const char *request_failure(const struct redis_value *value)
{
    if (value == NULL)
        return "Redis does not answer";
    return redis_kind(value) == REDIS_ERROR ? redis_text(value) : "Redis answers otherwise than expected";
}

/* --- as a record --- */

static void add_piece(struct text *record, const char *bytes, size_t bytes_count)
{
    text_add_bytes(record, bytes, bytes_count);
    text_add_bytes(record, "", 1);
}

void request_encode(const struct webhook_request *request, struct text *record)
{
    const struct webhook_input *input = &request->input;
    const char *gateway = request->gateway->settings->name;
    text_addf(record, REQUEST_WORD " " REQUEST_FORM " %s %" PRId64 " %zu %zu %zu\n",
              request->kind == WEBHOOK_REPLY ? "reply" : "receipt", request->received_ms,
              strlen(input->content_type), strlen(input->query), input->body_bytes);
    add_piece(record, gateway, strlen(gateway));
    add_piece(record, input->content_type, strlen(input->content_type));
    add_piece(record, input->query, strlen(input->query));
    add_piece(record, input->body, input->body_bytes);
}

/* The next word of a line, cut out of it; "" at its end. */
static const char *next_word(char **line)
{
    char *word = *line;
    size_t chars = strcspn(word, " ");
    *line = word + chars + (word[chars] == ' ');
    word[chars] = '\0';
    return word;
}

/* Takes the line apart; `numbers_out` are received_ms and the bytes of content type, query and body. */
static bool head_read(char *line, struct webhook_request *request_out, int64_t numbers_out[NUMBERS])
{
    bool ours = strcmp(next_word(&line), REQUEST_WORD) == 0 && strcmp(next_word(&line), REQUEST_FORM) == 0;
    const char *kind = next_word(&line);
    bool is_reply = strcmp(kind, "reply") == 0;
    request_out->kind = is_reply ? WEBHOOK_REPLY : WEBHOOK_RECEIPT;
    bool read = ours && (is_reply || strcmp(kind, "receipt") == 0);
    for (size_t i = 0; read && i < NUMBERS; i++)
        read = text_to_int(next_word(&line), i == 0 ? INT64_MIN : 0, i == 0 ? INT64_MAX : PIECE_MAX,
                           &numbers_out[i]);
    return read && line[0] == '\0';
}

bool request_decode(const struct text *record, struct webhook_request *request_out, const char **gateway_out)
{
    char line[HEAD_SIZE];
    int64_t numbers[NUMBERS] = {0};
    *request_out = (struct webhook_request){0};
    const char *end = record->bytes == 0 ? NULL : memchr(record->chars, '\n', record->bytes);
    if (end == NULL || (size_t)(end - record->chars) >= sizeof line)
        return false;
    snprintf(line, sizeof line, "%.*s", (int)(end - record->chars), record->chars);
    if (!head_read(line, request_out, numbers))
        return false;
    const char *pieces[PIECES], *at = end + 1, *past = record->chars + record->bytes;
    for (size_t i = 0; i < PIECES; i++) {
        const char *ended = at >= past ? NULL : memchr(at, '\0', (size_t)(past - at));
        if (i == PIECES - 1) /* the body may hold anything */
            ended = past - at == numbers[3] + 1 && past[-1] == '\0' ? past - 1 : NULL;
        if (ended == NULL || (i > 0 && ended - at != numbers[i]))
            return false;
        pieces[i] = at;
        at = ended + 1;
    }
    *gateway_out = pieces[0];
    request_out->received_ms = numbers[0];
    request_out->input = (struct webhook_input){
        .content_type = pieces[1], .query = pieces[2], .body = pieces[3], .body_bytes = (size_t)numbers[3]};
    return true;
}
