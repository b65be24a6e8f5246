/* Contacts and what leads to them; records for readers, which must lead to nobody's pulse. */
#include "support/invariants.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "domain/keys.h"

static void check_contacts(struct look *look);
static void check_index(struct look *look);
static void check_members(struct look *look);
static void check_records(struct look *look);
static void check_volunteers(struct look *look);
static void check_do_not_contact(struct look *look);

static const char *const no_more[] = {NULL};

void invariants_people(struct look *look)
{
    check_contacts(look);
    check_index(look);
    check_members(look);
    check_records(look);
    check_volunteers(look);
    check_do_not_contact(look);
}

static void check_contacts(struct look *look)
{
    static const char *const open_pulse[] = {"o", NULL}, *const pulse_contact[] = {"c", "st", NULL};
    const char *key, *value[LOOK_FIELDS_MAX], *pulse[LOOK_FIELDS_MAX];
    for (size_t at = 0; (key = look_next(look, "c:", &at)) != NULL;) {
        struct redis_value *fields = look_fields(look, key, open_pulse, value);
        if (value[0][0] != '\0') {
            char pulse_key[64];
            snprintf(pulse_key, sizeof pulse_key, "u:%.40s", value[0]);
            struct redis_value *of_pulse = look_fields(look, pulse_key, pulse_contact, pulse);
            if (strcmp(pulse[0], key + 2) != 0)
                text_addf(look->report, "%s has open pulse %s, which is of \"%s\"\n", key, value[0],
                          pulse[0]);
            if (strcmp(pulse[1], "queued") != 0 && strcmp(pulse[1], "open") != 0)
                text_addf(look->report, "%s has open pulse %s, which is \"%s\"\n", key, value[0], pulse[1]);
            redis_value_free(&of_pulse);
        }
        redis_value_free(&fields);
    }
}

/* Each number leads to a contact, and each contact has one number that leads to it. */
static void check_index(struct look *look)
{
    const char *key;
    struct sums leads = {0};
    for (size_t at = 0; (key = look_next(look, "h:", &at)) != NULL;) {
        struct redis_value *contacts = look_ask(look, "HVALS", key, no_more);
        for (size_t i = 0; i < redis_count(contacts); i++) {
            const char *contact = redis_text(redis_item(contacts, i));
            sums_add(&leads, contact, 1);
            if (!look_has_key(look, "c:", contact))
                text_addf(look->report, "%s leads to contact \"%s\", who does not exist\n", key, contact);
        }
        redis_value_free(&contacts);
    }
    sums_fold(&leads);
    for (size_t at = 0; (key = look_next(look, "c:", &at)) != NULL;) {
        if (sums_of(&leads, key + 2) != 1)
            text_addf(look->report, "%lld numbers lead to %s\n", (long long)sums_of(&leads, key + 2), key);
    }
    sums_free(&leads);
}

/* Twelve characters a member; those who left are dots. */
static void check_members(struct look *look)
{
    const char *key;
    for (size_t at = 0; (key = look_next(look, "pm:", &at)) != NULL;) {
        struct redis_value *members = look_ask(look, "GET", key, no_more);
        const char *ids = redis_text(members);
        if (redis_text_bytes(members) % ID_CHARS != 0)
            text_addf(look->report, "%s is cut\n", key);
        for (size_t i = 0; i + ID_CHARS <= redis_text_bytes(members); i += ID_CHARS) {
            char id[ID_SIZE] = "";
            memcpy(id, ids + i, ID_CHARS);
            if (strcmp(id, "............") != 0 && !look_has_key(look, "c:", id))
                text_addf(look->report, "%s has member \"%s\", who does not exist\n", key, id);
        }
        redis_value_free(&members);
    }
}

/* No piece of a record, nor its id, is the id of a contact, a pulse or a message. */
static void check_leads_nowhere(struct look *look, const char *key, const struct redis_value *piece)
{
    static const char *const kinds[] = {"c:", "u:", "m:"};
    for (size_t i = 0; i + ID_CHARS <= redis_text_bytes(piece); i++) {
        char id[ID_SIZE] = "";
        memcpy(id, redis_text(piece) + i, ID_CHARS);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (strlen(id) == ID_CHARS && look_has_key(look, kinds[k], id))
                text_addf(look->report, "a record of %s leads to %s%s\n", key, kinds[k], id);
    }
}

/* A record is a head of so many parts that end with bars, then at least an empty sealed box. */
static bool has_head(const struct redis_value *record, size_t bars)
{
    const char *bytes = redis_text(record);
    for (size_t i = 0; i < redis_text_bytes(record); i++)
        if (bytes[i] == '|' && --bars == 0)
            return redis_text_bytes(record) - i - 1 >= READER_SEAL_BYTES;
    return false;
}

static void check_record(struct look *look, const char *key, const struct redis_value *record, size_t bars)
{
    check_leads_nowhere(look, key, record);
    if (bars > 0 ? !has_head(record, bars) : redis_text_bytes(record) < READER_SEAL_BYTES)
        text_addf(look->report, "a record of %s is not as it should be\n", key);
}

static void check_records(struct look *look)
{
    const char *key;
    for (size_t at = 0; (key = look_next(look, "ow:", &at)) != NULL;) {
        struct redis_value *records = look_ask(look, "HGETALL", key, no_more);
        for (size_t i = 0; i + 1 < redis_count(records); i += 2) {
            check_leads_nowhere(look, key, redis_item(records, i));
            check_record(look, key, redis_item(records, i + 1), 3);
        }
        redis_value_free(&records);
    }
}

static void check_volunteers(struct look *look)
{
    struct redis_value *records = look_ask(look, "HGETALL", "vo", no_more);
    struct redis_value *names = look_ask(look, "HGETALL", "vn", no_more);
    for (size_t i = 0; i + 1 < redis_count(records); i += 2) {
        if (redis_text_bytes(redis_item(records, i)) != PHONE_HASH_CHARS)
            text_addf(look->report, "a volunteer's key is not the hash of a number\n");
        check_record(look, "vo", redis_item(records, i + 1), 5);
    }
    for (size_t i = 0; i + 1 < redis_count(names); i += 2) {
        bool known = false;
        for (size_t j = 0; j + 1 < redis_count(records); j += 2)
            known =
                known || strcmp(redis_text(redis_item(records, j)), redis_text(redis_item(names, i))) == 0;
        if (!known)
            text_addf(look->report, "a name without a volunteer\n");
        check_record(look, "vn", redis_item(names, i + 1), 0);
    }
    redis_value_free(&records);
    redis_value_free(&names);
}

/* Who is not to be contacted is no contact. */
static void check_do_not_contact(struct look *look)
{
    struct redis_value *marks = look_ask(look, "HGETALL", "dnc", no_more);
    for (size_t i = 0; i + 1 < redis_count(marks); i += 2) {
        const char *hash = redis_text(redis_item(marks, i)), *mark = redis_text(redis_item(marks, i + 1));
        char index[8];
        const char *const rest[] = {strlen(hash) > 3 ? hash + 3 : "", NULL};
        snprintf(index, sizeof index, "h:%.3s", hash);
        struct redis_value *contact = look_ask(look, "HGET", index, rest);
        if (redis_kind(contact) == REDIS_TEXT)
            text_addf(look->report, "contact %s is on the do-not-contact list\n", redis_text(contact));
        if (strlen(hash) != PHONE_HASH_CHARS || strlen(mark) != 1 || strchr("sew", mark[0]) == NULL)
            text_addf(look->report, "\"%s\" on the do-not-contact list is not as it should be\n", mark);
        redis_value_free(&contact);
    }
    redis_value_free(&marks);
}
