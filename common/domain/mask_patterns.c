/* Patterns that could name a person: at each position e-mail, identity code, IBAN, number, in this order.
 * When in doubt it masks: a wrong checksum or a missing space saves nothing. What stays on purpose are days
 * from 2020 on ("12.5.2026"), times, years and small numbers, alone or in a short list: with an earlier year a
 * day can be a date of birth, and is masked like a number. */
#include "domain/mask_patterns.h"

#include <string.h>

#include "domain/mask_email.h"
#include "domain/mask_keys.h"

#define DIGITS_MIN           7 /* a run this long is masked */
#define SEPARATORS_MAX       5 /* between two digits of a run, as in "040 ... 123" and "+358 (0)40" */
#define CENTURY_DIGITS_MIN   4 /* before the letter of a century: "1.1.90A123B" */
#define CENTURY_SPACED_MIN   6 /* the same, with spaces: "010190 A 123B" */
#define IBAN_MIN             15
#define IBAN_MAX             34
#define IBAN_DIGITS_MIN      8
#define YEAR_KEPT_FIRST      2020
#define YEAR_KEPT_LAST       2099
#define SHORT_YEAR_KEPT_LAST 29 /* of two digits */
#define YEAR_BORN_FIRST      1900
#define LIST_ITEMS_MAX       4 /* of a list that stays: "25, 30, 40, 50" */
#define LIST_MOMENTS_MAX     2 /* of these days and times: more of them could be a number in pairs */

static size_t iban_end(const char *keys, size_t at);
static size_t run_end(const char *keys, size_t at, const char **word_out);
static size_t prefixed_run_end(const char *keys, size_t at);

size_t mask_match(const char *keys, size_t at, const char **word_out)
{
    size_t end = mask_email_end(keys, at);
    *word_out = "[email]";
    if (end > 0)
        return end;
    if (is_digit(keys[at]))
        return run_end(keys, at, word_out);
    *word_out = "[iban]";
    if ((end = iban_end(keys, at)) > 0)
        return end;
    *word_out = "[number]";
    if ((end = prefixed_run_end(keys, at)) > 0)
        return end;
    *word_out = NULL;
    return at + 1;
}

/* --- runs of digits: identity codes, days and times, numbers --- */

/* Index of the run's next digit after `at`, or 0. */
static size_t next_digit(const char *keys, size_t at)
{
    size_t next = at + 1;
    while (is_mark(keys[next]) && next - at <= SEPARATORS_MAX)
        next++;
    return is_digit(keys[next]) ? next : 0;
}

static size_t digits_end(const char *keys, size_t at, size_t *digits_out)
{
    size_t last = at;
    *digits_out = 1;
    for (size_t next; (next = next_digit(keys, last)) != 0; last = next)
        ++*digits_out;
    return last + 1;
}

/* After the sign of an identity code: three digits, and a check character when there is one; when more
 * digits follow, it was no such code and all of them go. The end, or 0. */
static size_t individual_end(const char *keys, size_t at)
{
    size_t next = at;
    for (int i = 0; i < 3; i++, next++) {
        if (i > 0)
            next = past_space(keys, next);
        if (!is_digit(keys[next]))
            return 0;
    }
    size_t check = past_space(keys, next), end = next;
    if (is_letter(keys[check]) && (check == next || !is_alphanumeric(keys[check + 1])))
        return check + 1;
    while ((next = next_digit(keys, end - 1)) != 0)
        end = next + 1;
    return end;
}

/* DDMMYY, '+' or '-', NNN, check character. */
static size_t signed_code_end(const char *keys, size_t at)
{
    for (size_t i = 0; i < 6; i++)
        if (!is_digit(keys[at + i]))
            return 0;
    size_t sign = past_space(keys, at + 6);
    return keys[sign] == '-' || keys[sign] == '+' ? individual_end(keys, past_space(keys, sign + 1)) : 0;
}

/* A day in any writing, the letter of a century, NNN, check character. Any letter, also a look-alike of
 * another alphabet. */
static size_t lettered_code_end(const char *keys, size_t day_end, size_t digits)
{
    bool spaced = digits >= CENTURY_SPACED_MIN;
    size_t sign = spaced ? past_space(keys, day_end) : day_end;
    if (digits < CENTURY_DIGITS_MIN || !is_letter(keys[sign]))
        return 0;
    return individual_end(keys, spaced ? past_space(keys, sign + 1) : sign + 1);
}

/* Reads 1..digits_max digits; -1 when there are none or more. */
static int read_number(const char *keys, size_t *at, size_t digits_max)
{
    int value = 0;
    size_t start = *at;
    while (is_digit(keys[*at]) && *at - start < digits_max)
        value = value * 10 + (keys[(*at)++] - '0');
    return *at == start || is_digit(keys[*at]) ? -1 : value;
}

/* "12.5." or "12.5.2026"; slashes will do. */
static bool read_day(const char *keys, size_t *at)
{
    size_t next = *at;
    int day = read_number(keys, &next, 2);
    char sign = keys[next];
    if (day < 1 || day > 31 || (sign != '.' && sign != '/'))
        return false;
    next++;
    int month = read_number(keys, &next, 2);
    if (month < 1 || month > 12 || keys[next] != sign)
        return false;
    next++;
    if (is_digit(keys[next])) {
        int year = read_number(keys, &next, 4);
        if (year < YEAR_KEPT_FIRST || year > YEAR_KEPT_LAST)
            return false;
    }
    *at = next;
    return true;
}

/* "14.30" or "14:30". */
static bool read_time(const char *keys, size_t *at)
{
    size_t next = *at;
    int hour = read_number(keys, &next, 2);
    if (hour < 0 || hour > 23 || (keys[next] != '.' && keys[next] != ':'))
        return false;
    size_t minutes = ++next;
    int minute = read_number(keys, &next, 2);
    if (minute < 0 || minute > 59 || next - minutes != 2)
        return false;
    *at = next;
    return true;
}

/* A day, a day and a time, or a time. */
static bool read_moment(const char *keys, size_t *at)
{
    if (!read_day(keys, at))
        return read_time(keys, at);
    size_t time = past_space(keys, *at);
    if (read_time(keys, &time))
        *at = time;
    return true;
}

/* A year that stays, or a number of at most two digits as nobody writes in a phone number. */
static bool read_small(const char *keys, size_t *at)
{
    size_t next = *at;
    int value = read_number(keys, &next, 4);
    bool is_year = value >= YEAR_KEPT_FIRST && value <= YEAR_KEPT_LAST;
    if (!is_year && (value < 0 || value > 99 || next - *at > 2 || (keys[*at] == '0' && next - *at > 1)))
        return false;
    *at = next;
    return true;
}

/* A comma and a space, between moments also a dash. */
static bool read_joint(const char *keys, size_t *at, bool dash_too)
{
    size_t joint = past_space(keys, *at);
    if (keys[*at] == ',' && keys[*at + 1] == ' ')
        *at += 2;
    else if (dash_too && keys[joint] == '-')
        *at = past_space(keys, joint + 1);
    else
        return false;
    return true;
}

/* Whether the whole run is a short list of days, times, years and small numbers, and stands alone. */
static bool is_ordinary(const char *keys, size_t start, size_t end)
{
    size_t at = start, moments = 0;
    if ((start > 0 && is_letter(keys[start - 1])) || is_letter(keys[end]))
        return false;
    for (size_t items = 1; items <= LIST_ITEMS_MAX; items++) {
        bool is_moment = read_moment(keys, &at);
        moments += is_moment;
        if (moments > LIST_MOMENTS_MAX || (!is_moment && !read_small(keys, &at)))
            return false;
        if (at >= end)
            return at <= end + 1; /* the dot of a day without a year */
        if (!read_joint(keys, &at, is_moment))
            return false;
    }
    return false;
}

/* Whether the run is a day of a year before those that stay: "1.1.1990", "1990-1-1", "1.1.90". Of two digits,
 * 20 to 29 are years that stay, and the marks must be those of a day. */
static bool is_birthday(const char *keys, size_t start, size_t end)
{
    int groups[3];
    size_t bytes[3], at = start, count = 0;
    bool is_plain = true;
    for (; count < 3 && at < end; count++) {
        size_t first = at;
        groups[count] = read_number(keys, &at, 4);
        bytes[count] = at - first;
        if (groups[count] < 0)
            return false;
        if (at == end)
            continue;
        size_t next = next_digit(keys, at - 1);
        is_plain = is_plain && next == at + 1 && strchr("./-", keys[at]) != NULL;
        at = next;
    }
    if (count < 3 || at < end)
        return false;
    size_t year = bytes[0] == 4 ? 0 : 2, day = 2 - year;
    bool is_day = bytes[day] <= 2 && groups[day] >= 1 && groups[day] <= 31 && bytes[1] <= 2 &&
                  groups[1] >= 1 && groups[1] <= 12;
    if (bytes[year] == 2)
        return is_day && is_plain &&
               (groups[year] < YEAR_KEPT_FIRST % 100 || groups[year] > SHORT_YEAR_KEPT_LAST);
    return is_day && bytes[year] == 4 && groups[year] >= YEAR_BORN_FIRST && groups[year] < YEAR_KEPT_FIRST;
}

static size_t run_end(const char *keys, size_t at, const char **word_out)
{
    size_t digits = 0, end = signed_code_end(keys, at);
    *word_out = "[id]";
    if (end > 0)
        return end;
    size_t last = digits_end(keys, at, &digits);
    if ((end = lettered_code_end(keys, last, digits)) > 0)
        return end;
    bool is_number = digits >= DIGITS_MIN ? !is_ordinary(keys, at, last) : is_birthday(keys, at, last);
    *word_out = is_number ? "[number]" : NULL;
    return is_number || digits >= DIGITS_MIN ? last : at + 1;
}

/* A plus sign or a bracket belongs to the number that it begins: "+358…", "(040) 123…". */
static size_t prefixed_run_end(const char *keys, size_t at)
{
    const char *word = NULL;
    if (keys[at] != '+' && keys[at] != '(')
        return 0;
    size_t start = next_digit(keys, at);
    if (start == 0)
        return 0;
    size_t end = run_end(keys, start, &word);
    bool is_number = word != NULL && strcmp(word, "[number]") == 0;
    bool is_closed = keys[at] == '+' || memchr(keys + start, ')', end - start) != NULL;
    return is_number && is_closed ? end : 0;
}

/* --- IBAN, ISO 13616: country, two check digits, 11 to 30 letters and digits, also in groups --- */

struct iban {
    size_t next;   /* index of the next key */
    unsigned head; /* remainder of country and check digits, which stand last for the checksum (ISO 7064) */
    unsigned body; /* remainder of what followed them */
    size_t length, digits;
    size_t groups, group; /* groups before this one; characters in it */
    bool group_has_digit;
    bool
        shaped; /* starts a word; every group so far holds a digit, or is a bank's four letters at the start */
};

static unsigned remainder_with(unsigned remainder, char key)
{
    if (is_digit(key))
        return (remainder * 10 + (unsigned)(key - '0')) % 97;
    return (remainder * 100 + (unsigned)(key - 'a') + 10) % 97;
}

static bool iban_begin(struct iban *iban, const char *keys, size_t at)
{
    if (!is_plain_letter(keys[at]) || !is_plain_letter(keys[at + 1]))
        return false;
    bool starts_word = at == 0 || !is_letter(keys[at - 1]);
    size_t check = starts_word ? past_space(keys, at + 2) : at + 2;
    if (!is_digit(keys[check]) || !is_digit(keys[check + 1]))
        return false;
    *iban = (struct iban){.next = check + 2, .length = 4, .digits = 2, .shaped = starts_word};
    for (size_t i = 0; i < 2; i++)
        iban->head = remainder_with(iban->head, keys[at + i]);
    for (size_t i = 0; i < 2; i++)
        iban->head = remainder_with(iban->head, keys[check + i]);
    return true;
}

static bool iban_take(struct iban *iban, const char *keys)
{
    char key = keys[iban->next];
    if ((key == ' ' || key == '-') && is_alphanumeric(keys[iban->next + 1])) {
        bool bank = iban->groups == 0 && iban->group == 4;
        iban->shaped = iban->shaped && (iban->group == 0 || iban->group_has_digit || bank);
        iban->groups += iban->group > 0;
        iban->group = 0;
        iban->group_has_digit = false;
        key = keys[++iban->next];
    }
    if (!is_alphanumeric(key) || iban->length == IBAN_MAX)
        return false;
    iban->body = remainder_with(iban->body, key);
    iban->group_has_digit = iban->group_has_digit || is_digit(key);
    iban->digits += is_digit(key);
    iban->group++;
    iban->length++;
    iban->next++;
    return true;
}

/* The furthest end at which the checksum is right, or a group with digits ends: a mistyped one is masked
 * too. */
static size_t iban_end(const char *keys, size_t at)
{
    struct iban iban;
    size_t end = 0;
    if (!iban_begin(&iban, keys, at))
        return 0;
    while (iban_take(&iban, keys)) {
        bool is_right = (iban.body * (1000000 % 97) + iban.head) % 97 == 1;
        bool is_shaped = iban.shaped && iban.group_has_digit && !is_alphanumeric(keys[iban.next]);
        if (iban.length >= IBAN_MIN && iban.digits >= IBAN_DIGITS_MIN && (is_right || is_shaped))
            end = iban.next;
    }
    return end;
}
