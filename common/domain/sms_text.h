/* A text as it travels: GSM-7 (3GPP TS 23.038) or UCS-2, and its segments. Exact and pure. */
#ifndef DOMAIN_SMS_TEXT_H
#define DOMAIN_SMS_TEXT_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

enum sms_encoding { SMS_GSM7, SMS_UCS2 };

struct sms_measure {
    enum sms_encoding encoding;
    size_t units;      /* septets or UTF-16 units, escapes counted as two septets */
    size_t segments;   /* 160/153 septets, 70/67 units; an escape or surrogate pair is never split */
    char forced_by[8]; /* the first character that forced UCS-2, as UTF-8; "" with GSM-7 */
};

const char *sms_encoding_name(enum sms_encoding encoding); /* "gsm7", "ucs2" */

/* Normalises to NFC and replaces what costs nothing (« » “ ” → ", ‘ ’ → ', – — and hyphens that do not break → -,
 * … → ..., no-break and thin spaces → space, soft hyphens and zero-width characters dropped). What works stays: a
 * joiner inside an emoji or between cursive letters, a mark of direction in a text that runs from right to left. No
 * letter is ever stripped. Appends to `out`. Text must be valid UTF-8. */
void sms_prepare(const char *utf8, struct text *out);

/* Measures a prepared text. */
void sms_measure(const char *utf8, struct sms_measure *measure_out);

#endif
