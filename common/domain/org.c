/* org.json: the organisation. Reads into one fixed record and refuses what could not work later: an unknown
 * time zone, caps shorter than the signal window needs, a sender nobody can reply to. */
#include "domain/org.h"

#include <string.h>

#include "domain/definition.h"
#include "domain/signals.h"

#define SENDER_DIGITS_MIN 3
#define SENDER_DIGITS_MAX 15
#define REMINDER_DAYS     3

static void read_languages(struct org *org, struct json_reader *root);
static void read_strata(struct org *org, struct json_reader *root);
static void read_caps(struct org *org, struct json_reader *root);
static void read_window(struct org *org, struct json_reader *root);
static void read_holidays(struct org *org, struct json_reader *root);
static void read_lane(struct org *org, struct json_reader *root);
static void read_region(struct org *org, struct json_reader *root);
static void read_staff(struct org *org, struct json_reader *root);
static void read_budget(struct org *org, struct json_reader *root);

bool org_read(struct org *org_out, const cJSON *json, struct error *error)
{
    struct json_reader root;
    memset(org_out, 0, sizeof *org_out);
    json_reader_root(&root, json, error);

    definition_name(&root, "id", org_out->id);
    definition_line(&root, "name", 1, org_out->name, sizeof org_out->name);
    definition_line(&root, "time_zone", 1, org_out->time_zone, sizeof org_out->time_zone);
    org_out->zone = zone_find(org_out->time_zone);
    if (org_out->zone == NULL)
        json_problem(&root, "time_zone", "unknown zone \"%s\"; expected an IANA name such as Europe/Helsinki",
                     org_out->time_zone);
    read_languages(org_out, &root);
    read_strata(org_out, &root);
    read_region(org_out, &root);
    definition_line(&root, "phone", 1, org_out->phone, sizeof org_out->phone);
    definition_line(&root, "info_url", 1, org_out->info_url, sizeof org_out->info_url);
    definition_line(&root, "legal_basis", 1, org_out->legal_basis, sizeof org_out->legal_basis);
    definition_line(&root, "impact_assessment", 1, org_out->impact_assessment,
                    sizeof org_out->impact_assessment);
    if (json_has(&root, "reply_cost"))
        definition_line(&root, "reply_cost", 0, org_out->reply_cost, sizeof org_out->reply_cost);
    read_caps(org_out, &root);
    read_window(org_out, &root);
    read_holidays(org_out, &root);
    org_out->reminder_days = REMINDER_DAYS;
    if (json_has(&root, "reminder_days"))
        org_out->reminder_days = (int)json_int(&root, "reminder_days", 0, 6);
    read_lane(org_out, &root);
    read_budget(org_out, &root);
    read_staff(org_out, &root);
    return json_finish(&root);
}

int org_language(const struct org *org, const char *language)
{
    for (size_t i = 0; i < org->languages_count; i++)
        if (strcmp(org->languages[i], language) == 0)
            return (int)i;
    return -1;
}

bool org_sends_through(const struct org *org, const char *gateway)
{
    return strcmp(org->gateway, gateway) == 0 || strcmp(org->second.gateway, gateway) == 0;
}

bool org_is_reached_at(const struct org *org, const char *gateway, const char *number)
{
    return (strcmp(org->gateway, gateway) == 0 && strcmp(org->reply_number, number) == 0) ||
           (strcmp(org->second.gateway, gateway) == 0 && strcmp(org->second.reply_number, number) == 0);
}

static bool is_language(const char *text)
{
    return strlen(text) == LANGUAGE_SIZE - 1 && text[0] >= 'a' && text[0] <= 'z' && text[1] >= 'a' &&
           text[1] <= 'z';
}

static void read_languages(struct org *org, struct json_reader *root)
{
    struct json_reader languages, required;
    size_t count = 0;
    json_array(root, "languages", 1, LANGUAGES_MAX, &languages, &count);
    for (size_t i = 0; i < count; i++) {
        const char *language = json_item_string(&languages, i, 1, 64);
        if (!is_language(language))
            json_problem(&languages, NULL, "\"%s\" is not a language code of two letters such as fi",
                         language);
        else if (org_language(org, language) >= 0)
            json_problem(&languages, NULL, "\"%s\" is there twice", language);
        else if (text_copy(org->languages[org->languages_count], LANGUAGE_SIZE, language))
            org->languages_count++;
    }

    json_array(root, "required_languages", 1, LANGUAGES_MAX, &required, &count);
    for (size_t i = 0; i < count; i++) {
        const char *language = json_item_string(&required, i, 1, 64);
        int known = org_language(org, language);
        if (known < 0)
            json_problem(&required, NULL, "\"%s\" is not among the languages", language);
        else
            org->language_required[known] = true;
    }
}

/* Names become columns of contacts.csv. */
static bool is_stratum_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
           strlen(name) < sizeof((struct stratum_variable *)0)->name && strcmp(name, "phone") != 0 &&
           strcmp(name, "language") != 0;
}

/* Values of one contact are joined by ',' and become parts of counters' names. */
static bool is_stratum_value(const char *value)
{
    return definition_is_line(value) && strpbrk(value, ",;:|=/\"{} ") == NULL;
}

static void read_stratum(struct stratum_variable *variable, struct json_reader *strata, const char *name)
{
    struct json_reader values;
    size_t count = 0;
    json_array(strata, name, 1, STRATUM_VALUES_MAX, &values, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = json_item_string(&values, i, 1, sizeof variable->values[0] - 1);
        if (!is_stratum_value(value)) {
            json_problem(&values, NULL, "\"%s\" has a space or one of , ; : | = / \" { }", value);
            return;
        }
        for (size_t k = 0; k < variable->values_count; k++)
            if (strcmp(variable->values[k], value) == 0)
                json_problem(&values, NULL, "\"%s\" is there twice", value);
        if (text_copy(variable->values[i], sizeof variable->values[i], value))
            variable->values_count++;
    }
}

static void read_strata(struct org *org, struct json_reader *root)
{
    struct json_reader strata;
    const char *name;
    if (!json_has(root, "strata"))
        return;
    json_object(root, "strata", &strata);
    for (size_t i = 0; (name = json_member_name(&strata, i)) != NULL; i++) {
        if (strcmp(name, "comment") == 0)
            continue;
        if (org->strata_count == STRATA_MAX) {
            json_problem(root, "strata", "at most %d variables", STRATA_MAX);
            return;
        }
        struct stratum_variable *variable = &org->strata[org->strata_count];
        if (!is_stratum_name(name)) {
            json_problem(&strata, name,
                         "expected a name of 1 to 32 characters of a-z 0-9 '_', a letter first, other "
                         "than phone and language");
            return;
        }
        if (text_copy(variable->name, sizeof variable->name, name))
            org->strata_count++;
        read_stratum(variable, &strata, name);
    }
}

static void read_region(struct org *org, struct json_reader *root)
{
    const char *region = json_string_or(root, "phone_region", 64, "FI");
    if (strlen(region) != 2 || strspn(region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        json_problem(root, "phone_region", "expected a country code of two capitals such as FI");
    else if (!text_copy(org->region, sizeof org->region, region))
        json_problem(root, "phone_region", "too long");
}

static void read_caps(struct org *org, struct json_reader *root)
{
    struct json_reader caps;
    json_object(root, "caps", &caps);
    org->gap_days = (int)json_int(&caps, "gap_days", 7, 90);
    org->same_question_days = (int)json_int(&caps, "same_question_days", 1, 728);
    org->per_year = (int)json_int(&caps, "per_year", 1, 52);
    /* counted from the sending week: a shorter or ragged gap would count a person twice in one signal window
     */
    if (org->same_question_days < 7 * SIGNAL_WINDOW_WEEKS || org->same_question_days % 7 != 0)
        json_problem(&caps, "same_question_days",
                     "expected at least 56 days (8 weeks of a signal's window) and whole "
                     "weeks, found %d",
                     org->same_question_days);
    json_finish(&caps);
}

/* "HH:MM", 00:00 to 24:00, as a minute of the day; -1 otherwise. */
static int minute_of(const char *text)
{
    if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789") != 2 ||
        strspn(text + 3, "0123456789") != 2)
        return -1;
    int hour = (text[0] - '0') * 10 + (text[1] - '0');
    int minute = (text[3] - '0') * 10 + (text[4] - '0');
    return minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : -1;
}

static int read_minute(struct json_reader *window, const char *member)
{
    const char *text = json_string(window, member, 1, 64);
    int minute = minute_of(text);
    if (minute < 0)
        json_problem(window, member, "\"%s\" is not a time of day such as 09:00", text);
    return minute;
}

static void read_window(struct org *org, struct json_reader *root)
{
    struct json_reader window, days;
    size_t count = 0;
    json_object(root, "window", &window);
    json_array(&window, "days", 1, 7, &days, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_item_string(&days, i, 1, 64);
        int day = weekday_parse(name);
        if (day < 0)
            json_problem(&days, NULL, "\"%s\" is not a day: mon, tue, wed, thu, fri, sat or sun", name);
        else
            org->window.days |= 1U << day;
    }
    org->window.from_minute = read_minute(&window, "from");
    org->window.to_minute = read_minute(&window, "to");
    if (org->window.to_minute <= org->window.from_minute)
        json_problem(&window, "to", "must be later in the day than from");
    json_finish(&window);
}

static void read_holidays(struct org *org, struct json_reader *root)
{
    struct json_reader holidays;
    if (!json_has(root, "holidays"))
        return;
    json_object(root, "holidays", &holidays);
    holidays_read(&org->window.holidays, &holidays);
}

static bool has_letters(const char *sender)
{
    while (*sender != '\0' && !((*sender >= 'A' && *sender <= 'Z') || (*sender >= 'a' && *sender <= 'z')))
        sender++;
    return *sender != '\0';
}

/* A number or a short code, as the gateway's profile writes it: without "+" and spaces. */
static void read_digits(struct json_reader *lane, const char *member, char out[17])
{
    const char *number = json_string(lane, member, 1, 64);
    size_t digits = strspn(number, "0123456789");
    if (has_letters(number))
        json_problem(
            lane, member,
            "\"%s\" is an alphanumeric sender, which cannot be replied to, and every survey asks for "
            "replies: give a number or a short code of the gateway, in digits",
            number);
    else if (number[digits] != '\0' || digits < SENDER_DIGITS_MIN || digits > SENDER_DIGITS_MAX)
        json_problem(lane, member, "\"%s\" must be %d to %d digits, without + and spaces", number,
                     SENDER_DIGITS_MIN, SENDER_DIGITS_MAX);
    else if (!text_copy(out, 17, number))
        json_problem(lane, member, "too long");
}

static void read_second(struct org *org, struct json_reader *lane)
{
    struct json_reader second;
    if (!json_has(lane, "second"))
        return;
    json_object(lane, "second", &second);
    definition_name(&second, "gateway", org->second.gateway);
    read_digits(&second, "sender", org->second.sender);
    memcpy(org->second.reply_number, org->second.sender, sizeof org->second.reply_number);
    if (json_has(&second, "reply_number"))
        read_digits(&second, "reply_number", org->second.reply_number);
    if (strcmp(org->second.gateway, org->gateway) == 0)
        json_problem(&second, "gateway", "\"%s\" is the first gateway already: name another one",
                     org->gateway);
    json_finish(&second);
}

static void read_lane(struct org *org, struct json_reader *root)
{
    struct json_reader lane;
    json_object(root, "lane", &lane);
    definition_name(&lane, "gateway", org->gateway);
    read_digits(&lane, "sender", org->sender);
    read_digits(&lane, "reply_number", org->reply_number);
    read_second(org, &lane);
    json_finish(&lane);
}

/* In segments and not in money: what is counted cannot change with a price list. */
static void read_budget(struct org *org, struct json_reader *root)
{
    struct json_reader budget;
    if (!json_has(root, "monthly_budget"))
        return;
    json_object(root, "monthly_budget", &budget);
    org->monthly_segments = json_int(&budget, "segments", 1, 100000000);
    json_finish(&budget);
}

/* A name has letters; its words are looked for in replies. */
static bool is_staff_name(const char *name)
{
    return definition_is_line(name) && name[0] != ' ' && strpbrk(name, "0123456789@[]") == NULL;
}

static void read_staff(struct org *org, struct json_reader *root)
{
    struct json_reader staff;
    size_t count = 0;
    if (!json_has(root, "staff"))
        return;
    json_array(root, "staff", 0, STAFF_MAX, &staff, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_item_string(&staff, i, 1, STAFF_NAME_SIZE - 1);
        if (!is_staff_name(name))
            json_problem(&staff, NULL, "\"%s\" is not a name such as Maija Virtanen", name);
        else if (text_copy(org->staff[org->staff_count], STAFF_NAME_SIZE, name))
            org->staff_count++;
    }
}
