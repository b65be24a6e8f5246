/* Phone numbers as text: the strict E.164 form that webhooks must use, the mask for people to see, and the
 * sentences of a refusal. Never guesses a region; reading what people typed is in phone_parse.cc. */
#include "domain/phone.h"

#include <stdio.h>
#include <string.h>

#define DIGITS_MIN 7
#define DIGITS_MAX 15

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool phone_is_e164(const char *text)
{
    if (text[0] != '+' || text[1] < '1' || text[1] > '9')
        return false;
    size_t digits = 0;
    while (digits <= DIGITS_MAX && is_digit(text[1 + digits]))
        digits++;
    return text[1 + digits] == '\0' && digits >= DIGITS_MIN && digits <= DIGITS_MAX;
}

const char *phone_problem_text(enum phone_problem problem)
{
    switch (problem) {
    case PHONE_OK:
        return "a phone number";
    case PHONE_NOT_A_NUMBER:
        return "not a phone number";
    case PHONE_IMPOSSIBLE:
        return "too short or too long for its country";
    case PHONE_FIXED_LINE:
        return "a fixed line, which cannot receive a text";
    case PHONE_SHORT_CODE:
        return "a service number, not a person's";
    }
    return "not a phone number";
}

/* Length of the country code at the start of the digits. Source: ITU-T E.164, list of assigned country codes;
 * those of one and two digits are named, all others have three. */
static int country_code_digits(const char *digits)
{
    static const char two[][3] = {"20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41",
                                  "43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54",
                                  "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
                                  "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};
    if (digits[0] == '1' || digits[0] == '7')
        return 1;
    for (size_t i = 0; i < sizeof two / sizeof two[0]; i++)
        if (strncmp(digits, two[i], 2) == 0)
            return 2;
    return 3;
}

void phone_mask(const char *e164, char out[24])
{
    if (!phone_is_e164(e164)) {
        snprintf(out, 24, "…");
        return;
    }
    snprintf(out, 24, "+%.*s…%.2s", country_code_digits(e164 + 1), e164 + 1, e164 + strlen(e164) - 2);
}
