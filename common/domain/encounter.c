/* Reading of encounters. The names of members are shown only when they look like names: somebody may have put a number
 * there. */
#include "domain/encounter.h"

#include <stdio.h>
#include <string.h>

#include "domain/definition.h"

#define AT_BYTES_MAX     40
#define SECONDS_CHARS    19 /* "2026-01-13T10:00:00" */
#define ID_LETTERS       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
#define MEMBER_LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define MEMBER_CHARS_MAX 32

static void read_survey(struct json_reader *reader, struct encounter *encounter);
static void read_contact(struct json_reader *reader, struct encounter *encounter);
static void read_at(struct json_reader *reader, int64_t now_ms, struct encounter *encounter);
static bool read_instant(const char *text, int64_t *at_ms_out);
static void refuse_others(struct json_reader *reader, const char *const *known);
static void split_problem(struct error *error, char field_out[ENCOUNTER_FIELD_SIZE]);

bool encounter_read(struct encounter *encounter_out, const char *body, size_t body_bytes, int64_t now_ms,
                    char field_out[ENCOUNTER_FIELD_SIZE], struct error *error)
{
    static const char *const members[] = {"pilot", "survey", "contact", "at", NULL};
    struct json_reader reader;
    *encounter_out = (struct encounter){.at_ms = now_ms};
    snprintf(field_out, ENCOUNTER_FIELD_SIZE, "body");
    cJSON *tree = json_parse(body, body_bytes, error);
    if (tree == NULL)
        return false;
    json_reader_root(&reader, tree, error);
    refuse_others(&reader, members);
    definition_name(&reader, "pilot", encounter_out->pilot);
    read_survey(&reader, encounter_out);
    read_contact(&reader, encounter_out);
    read_at(&reader, now_ms, encounter_out);
    bool read = json_finish(&reader);
    cJSON_Delete(tree);
    if (!read)
        split_problem(error, field_out);
    return read;
}

static void read_survey(struct json_reader *reader, struct encounter *encounter)
{
    const char *survey = json_string(reader, "survey", 1, SURVEY_REF_SIZE - 1);
    char id[SURVEY_REF_SIZE];
    int64_t version = 1;
    (void)text_copy(id, sizeof id, survey);
    char *mark = strchr(id, '@');
    if (mark != NULL) {
        *mark = '\0';
        if (!text_to_int(mark + 1, 1, 9999, &version) || mark[1] == '0')
            version = 0;
    }
    if (version == 0 || !id_is_name(id, NAME_SIZE - 1))
        json_problem(reader, "survey", "expected the name of a survey, or name@version");
    (void)text_copy(encounter->survey, sizeof encounter->survey, survey);
}

static void read_contact(struct json_reader *reader, struct encounter *encounter)
{
    static const char *const members[] = {"phone", "id", NULL};
    struct json_reader contact;
    json_object(reader, "contact", &contact);
    refuse_others(&contact, members);
    if (json_has(&contact, "phone") == json_has(&contact, "id")) {
        json_problem(&contact, NULL, "expected either \"phone\" or \"id\"");
    } else if (json_has(&contact, "phone")) {
        const char *phone = json_string(&contact, "phone", 1, 64);
        if (!phone_is_e164(phone) || !text_copy(encounter->phone, sizeof encounter->phone, phone))
            json_problem(&contact, "phone",
                         "expected a number in E.164 form: +, country code, number, digits only");
    } else {
        const char *id = json_string(&contact, "id", ID_CHARS, ID_CHARS);
        if (strspn(id, ID_LETTERS) != ID_CHARS ||
            !text_copy(encounter->contact, sizeof encounter->contact, id))
            json_problem(&contact, "id", "expected the id of a contact, %d characters", ID_CHARS);
    }
}

static void read_at(struct json_reader *reader, int64_t now_ms, struct encounter *encounter)
{
    if (!json_has(reader, "at"))
        return;
    const char *at = json_string(reader, "at", 1, AT_BYTES_MAX);
    encounter->at_given = true;
    if (!read_instant(at, &encounter->at_ms))
        json_problem(reader, "at", "expected a time such as 2026-01-13T08:00:00Z (RFC 3339)");
    else if (encounter->at_ms > now_ms + ENCOUNTER_AHEAD_MS)
        json_problem(reader, "at", "lies in the future");
    encounter->too_old = encounter->at_ms < now_ms - ENCOUNTER_DAYS_MAX * DAY_MS;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+02:00" as ms; false when it is none. */
static bool read_offset(const char *text, int64_t *offset_ms_out)
{
    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !is_digit(text[1]) ||
        !is_digit(text[2]) || !is_digit(text[4]) || !is_digit(text[5]))
        return false;
    int hours = (text[1] - '0') * 10 + text[2] - '0', minutes = (text[4] - '0') * 10 + text[5] - '0';
    *offset_ms_out = (hours * 60 + minutes) * INT64_C(60000) * (text[0] == '-' ? -1 : 1);
    return hours <= 23 && minutes <= 59;
}

/* RFC 3339: date, time with seconds, perhaps a fraction (dropped), Z or an offset. */
static bool read_instant(const char *text, int64_t *at_ms_out)
{
    char utc[SECONDS_CHARS + 2];
    struct error error;
    int64_t offset_ms = 0;
    if (strlen(text) <= SECONDS_CHARS || (text[10] != 'T' && text[10] != 't'))
        return false;
    memcpy(utc, text, SECONDS_CHARS);
    utc[10] = 'T';
    memcpy(utc + SECONDS_CHARS, "Z", 2);
    if (!instant_parse(NULL, utc, 0, at_ms_out, &error)) /* in UTC, of no zone */
        return false;
    const char *rest = text + SECONDS_CHARS;
    if (rest[0] == '.' && is_digit(rest[1])) {
        rest++;
        while (is_digit(*rest))
            rest++;
    }
    if (strcmp(rest, "Z") != 0 && strcmp(rest, "z") != 0 && !read_offset(rest, &offset_ms))
        return false;
    *at_ms_out -= offset_ms;
    return true;
}

/* An unknown member is named only when it looks like one. */
static void refuse_others(struct json_reader *reader, const char *const *known)
{
    const cJSON *member = NULL;
    if (!cJSON_IsObject(reader->value))
        return;
    cJSON_ArrayForEach(member, reader->value)
    {
        const char *name = member->string;
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], name) != 0)
            i++;
        bool is_plain = strlen(name) <= MEMBER_CHARS_MAX && name[strspn(name, MEMBER_LETTERS)] == '\0';
        if (known[i] == NULL)
            json_problem(reader, is_plain ? name : "?", "unknown member");
    }
}

/* "contact.phone: sentence" in its parts. */
static void split_problem(struct error *error, char field_out[ENCOUNTER_FIELD_SIZE])
{
    char *mark = strstr(error->text, ": ");
    if (mark == NULL)
        return;
    *mark = '\0';
    if (strcmp(error->text, "top level") != 0)
        snprintf(field_out, ENCOUNTER_FIELD_SIZE, "%.*s", ENCOUNTER_FIELD_SIZE - 1, error->text);
    memmove(error->text, mark + 2, strlen(mark + 2) + 1);
}

void encounter_when(const struct encounter *encounter, const struct org *org, int64_t now_ms,
                    int64_t delay_ms, int64_t *due_ms_out, int64_t *not_after_ms_out)
{
    int64_t opens_ms = 0;
    *due_ms_out = encounter->at_ms + delay_ms > now_ms ? encounter->at_ms + delay_ms : now_ms;
    window_next(org->zone, &org->window, *due_ms_out, &opens_ms, not_after_ms_out);
    *due_ms_out = opens_ms > *due_ms_out ? opens_ms : *due_ms_out;
}
