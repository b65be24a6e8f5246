#include "collector/long_replies.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void key_of(const struct part_record *part, char key_out[ID_SIZE]);
static struct long_reply *reply_find(const struct long_replies *replies, const char *key);
static bool is_finished(const struct long_replies *replies, const char *key);
static struct long_reply *reply_new(struct long_replies *replies, const struct part_record *part,
                                    const char *key, int64_t longest_ms);
static void reply_free(struct long_reply *reply);

void long_replies_clear(struct long_replies *replies)
{
    while (replies->first != NULL) {
        struct long_reply *reply = replies->first;
        replies->first = reply->next;
        reply_free(reply);
    }
    replies->parts = 0;
}

bool long_replies_know(const struct long_replies *replies, const struct part_record *part)
{
    char key[ID_SIZE];
    key_of(part, key);
    const struct long_reply *reply = reply_find(replies, key);
    return is_finished(replies, key) || (reply != NULL && reply->items[part->part - 1].text != NULL);
}

bool long_replies_absorb(struct long_replies *replies, const struct part_record *part, uint64_t ticket,
                         int64_t longest_ms)
{
    if (long_replies_know(replies, part))
        return false;
    char key[ID_SIZE];
    key_of(part, key);
    struct long_reply *reply = reply_find(replies, key);
    if (reply == NULL)
        reply = reply_new(replies, part, key, longest_ms);
    if (part->received_ms < reply->received_ms)
        reply->received_ms = part->received_ms;
    reply->items[part->part - 1] = (struct part){.text = memory_text(part->text), .ticket = ticket};
    reply->have++;
    replies->parts++;
    return true;
}

void long_replies_finish(struct long_replies *replies, struct long_reply *reply)
{
    struct long_reply **place = &replies->first;
    while (*place != reply)
        place = &(*place)->next;
    *place = reply->next;
    replies->parts -= (size_t)reply->have;
    memcpy(replies->finished[replies->finished_next], reply->key, ID_SIZE);
    replies->finished_next = (replies->finished_next + 1) % FINISHED_MAX;
    reply_free(reply);
}

int64_t long_replies_oldest_ms(const struct long_replies *replies)
{
    int64_t oldest_ms = INT64_MAX;
    for (const struct long_reply *reply = replies->first; reply != NULL; reply = reply->next)
        if (reply->received_ms < oldest_ms)
            oldest_ms = reply->received_ms;
    return oldest_ms;
}

bool long_reply_is_due(const struct long_reply *reply, int64_t now_ms)
{
    return reply->have == reply->count || now_ms >= reply->due_ms;
}

char *long_reply_join(const struct long_reply *reply)
{
    struct text text = {0};
    text_add(&text, "");
    for (int i = 0; i < reply->count; i++)
        if (reply->items[i].text != NULL)
            text_add(&text, reply->items[i].text);
    return text.chars;
}

static void key_of(const struct part_record *part, char key_out[ID_SIZE])
{
    struct text text = {0};
    text_addf(&text, "%s|%s|%s|%s|%d", part->gateway, part->from, part->to, part->ref, part->parts);
    id_digest(text.chars, text.bytes, key_out);
    text_free(&text);
}

static struct long_reply *reply_find(const struct long_replies *replies, const char *key)
{
    struct long_reply *reply = replies->first;
    while (reply != NULL && strcmp(reply->key, key) != 0)
        reply = reply->next;
    return reply;
}

static bool is_finished(const struct long_replies *replies, const char *key)
{
    for (size_t i = 0; i < FINISHED_MAX; i++)
        if (strcmp(replies->finished[i], key) == 0)
            return true;
    return false;
}

static struct long_reply *reply_new(struct long_replies *replies, const struct part_record *part,
                                    const char *key, int64_t longest_ms)
{
    struct long_reply *reply = memory_zeroed(1, sizeof *reply), **last = &replies->first;
    int64_t waits_ms = part->kept_ms + longest_ms - clock_wall_ms();
    bool sound = waits_ms >= 0 && waits_ms <= longest_ms; /* else the wall clock was moved, or it is over */
    reply->count = part->parts;
    reply->received_ms = part->received_ms;
    reply->due_ms = clock_monotonic_ms() + (sound ? waits_ms : waits_ms < 0 ? 0 : longest_ms);
    memcpy(reply->key, key, ID_SIZE);
    (void)text_copy(reply->gateway, sizeof reply->gateway, part->gateway);
    (void)text_copy(reply->from, sizeof reply->from, part->from);
    (void)text_copy(reply->to, sizeof reply->to, part->to);
    while (*last != NULL)
        last = &(*last)->next;
    *last = reply;
    return reply;
}

static void reply_free(struct long_reply *reply)
{
    for (int i = 0; i < reply->count; i++)
        free(reply->items[i].text);
    free(reply);
}
