/* Phone numbers. Import parses what people wrote (libphonenumber, behind one C++ file); webhook numbers are
 * never region-parsed: they must be strict E.164. */
#ifndef DOMAIN_PHONE_H
#define DOMAIN_PHONE_H

#include "base/error.h"

#define PHONE_SIZE 17 /* '+', 15 digits, terminator */

enum phone_problem {
    PHONE_OK,
    PHONE_NOT_A_NUMBER, /* not a phone number */
    PHONE_IMPOSSIBLE,   /* wrong length for its country */
    PHONE_FIXED_LINE,   /* a fixed line cannot receive a text */
    PHONE_SHORT_CODE,   /* a service number */
};

/* Reads a number as typed in `region` ("FI"); accepts possible mobile-or-unknown numbers, refuses fixed
 * lines. Writes E.164 with '+'. Formula: libphonenumber. */
enum phone_problem phone_parse(const char *typed, const char *region, char e164_out[PHONE_SIZE]) MUST_CHECK;

/* A sentence for a report, without the number: "not a phone number". */
const char *phone_problem_text(enum phone_problem problem);

/* '+', first digit 1-9, 7 to 15 digits in all (ITU-T E.164). */
bool phone_is_e164(const char *text);

/* Shows at most the country code and the last two digits: "+358…67". */
void phone_mask(const char *e164, char out[24]);

#endif
