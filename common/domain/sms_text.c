/* A text as it travels: which alphabet it needs and how many billable parts it makes. Pure and exact: counts
 * walk the characters, because a part closes early rather than split an escape pair or a surrogate pair.
 * Sources: 3GPP TS 23.038 (alphabets), TS 23.040 (concatenation: 6 octets of header leave 153 septets or 67
 * units), UTS 51 (sequences of emoji). */
#include "domain/sms_text.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* The basic table beyond ASCII. Left out on purpose: ç and Ç. The table has only the capital, handsets and
 * gateways disagree which of the two it is, so both travel as UCS-2. */
static const ucs4_t basic_letters[] = {
    0x00A3, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00D8, 0x00F8, 0x00C5, 0x00E5, 0x0394, 0x03A6,
    0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, 0x00C6, 0x00E6, 0x00DF, 0x00C9, 0x00A4,
    0x00A1, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7, 0x00BF, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

const char *sms_encoding_name(enum sms_encoding encoding)
{
    switch (encoding) {
    case SMS_GSM7:
        return "gsm7";
    case SMS_UCS2:
        return "ucs2";
    }
    return "ucs2";
}

/* What may stand in for a character at no cost to meaning, wherever it is; NULL when it stays. */
static const char *replacement_of(ucs4_t character)
{
    switch (character) {
    case 0x00AB: /* « */
    case 0x00BB: /* » */
    case 0x201C: /* “ */
    case 0x201D: /* ” */
        return "\"";
    case 0x2018: /* ‘ */
    case 0x2019: /* ’ */
        return "'";
    case 0x2010: /* hyphen */
    case 0x2011: /* the one that does not break */
    case 0x2013: /* – */
    case 0x2014: /* — */
        return "-";
    case 0x2026: /* … */
        return "...";
    case 0x00A0: /* no-break space */
    case 0x2007: /* figure space */
    case 0x2009: /* thin space */
    case 0x202F: /* narrow no-break space */
        return " ";
    case 0x00AD: /* soft hyphen: a hint where a line may break */
    case 0x200B: /* zero-width space */
    case 0x2060: /* word joiner */
    case 0xFEFF: /* zero-width no-break space, byte order mark */
        return "";
    default:
        return NULL;
    }
}

/* Zero-width too, but they cost meaning where they work: joiners make one picture of two emoji and shape cursive
 * letters, marks of direction order a text that also runs from right to left. */
#define JOINER     0x200D
#define NON_JOINER 0x200C

static bool is_direction_mark(ucs4_t character)
{
    return character == 0x061C || character == 0x200E || character == 0x200F ||
           (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

static bool runs_right_to_left(const uint8_t *at)
{
    for (ucs4_t character; (at = u8_next(&character, at)) != NULL;) {
        int class = uc_bidi_class(character);
        if (!is_direction_mark(character) && (class == UC_BIDI_R || class == UC_BIDI_AL))
            return true;
    }
    return false;
}

static bool ends_emoji(ucs4_t character)
{
    bool variation_or_skin = character == 0xFE0F || (character >= 0x1F3FB && character <= 0x1F3FF);
    return variation_or_skin || uc_is_property_extended_pictographic(character);
}

static bool is_cursive(ucs4_t character)
{
    int type = uc_joining_type(character);
    return type == UC_JOINING_TYPE_D || type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_L;
}

/* Whether a joiner between these two (0 = none) changes what is seen. */
static bool joiner_works(ucs4_t joiner, ucs4_t before, ucs4_t after)
{
    if (joiner == JOINER && ends_emoji(before) && uc_is_property_extended_pictographic(after))
        return true;
    return uc_combining_class(before) == UC_CCC_VR || (is_cursive(before) && is_cursive(after));
}

/* Whether a zero-width character is dropped here, after the last one that stayed. */
static bool is_dropped(ucs4_t character, ucs4_t before, const uint8_t *next, bool right_to_left)
{
    if (is_direction_mark(character))
        return !right_to_left;
    if (character != JOINER && character != NON_JOINER)
        return false;
    ucs4_t after = 0;
    if (u8_next(&after, next) == NULL)
        after = 0;
    return !joiner_works(character, before, after);
}

/* Replaces first and normalises after: what a dropped zero-width character kept apart is composed too, and
 * none of the replaced characters comes out of a composition, so that preparing twice changes nothing. */
void sms_prepare(const char *utf8, struct text *out)
{
    struct text replaced = {0};
    const uint8_t *at = (const uint8_t *)utf8;
    const bool right_to_left = runs_right_to_left(at);
    ucs4_t character, before = 0;
    for (const uint8_t *next; (next = u8_next(&character, at)) != NULL; at = next) {
        const char *replacement = replacement_of(character);
        if (replacement != NULL) {
            text_add(&replaced, replacement);
            before = replacement[0] != '\0' ? (ucs4_t)replacement[0] : before;
        } else if (!is_dropped(character, before, next, right_to_left)) {
            text_add_bytes(&replaced, at, (size_t)(next - at));
            before = character;
        }
    }

    size_t bytes = 0;
    uint8_t *composed =
        u8_normalize(UNINORM_NFC, (const uint8_t *)replaced.chars, replaced.bytes, NULL, &bytes);
    if (composed == NULL)
        abort(); /* out of memory, or a caller that let invalid UTF-8 through */
    text_add_bytes(out, composed, bytes);
    free(composed);
    text_free(&replaced);
}

/* Septets of a character in GSM-7: 1, 2 with an escape, 0 when it has none. */
static size_t septets_of(ucs4_t character)
{
    if (character < 0x80) {
        if (strchr("^{}[]~|\\\f", (int)character) != NULL && character != 0)
            return 2;
        bool basic = (character >= 0x20 && character < 0x7F && character != '`') || character == '\n' ||
                     character == '\r';
        return basic ? 1 : 0;
    }
    if (character == 0x20AC) /* € */
        return 2;
    for (size_t i = 0; i < sizeof basic_letters / sizeof basic_letters[0]; i++)
        if (basic_letters[i] == character)
            return 1;
    return 0;
}

static size_t units_of(enum sms_encoding encoding, ucs4_t character)
{
    if (encoding == SMS_GSM7)
        return septets_of(character);
    return character >= 0x10000 ? 2 : 1;
}

static size_t count_segments(enum sms_encoding encoding, const uint8_t *at, size_t units)
{
    const size_t alone = encoding == SMS_GSM7 ? 160 : 70;
    const size_t part = encoding == SMS_GSM7 ? 153 : 67;
    if (units <= alone)
        return 1;

    size_t segments = 1, used = 0;
    ucs4_t character;
    while ((at = u8_next(&character, at)) != NULL) {
        size_t size = units_of(encoding, character);
        if (used + size > part) {
            segments++;
            used = 0;
        }
        used += size;
    }
    return segments;
}

void sms_measure(const char *utf8, struct sms_measure *measure_out)
{
    *measure_out = (struct sms_measure){.encoding = SMS_GSM7};
    const uint8_t *start = (const uint8_t *)utf8;
    ucs4_t character;
    const uint8_t *at = start;
    for (const uint8_t *next; (next = u8_next(&character, at)) != NULL; at = next) {
        if (septets_of(character) > 0)
            continue;
        measure_out->encoding = SMS_UCS2;
        memcpy(measure_out->forced_by, at, (size_t)(next - at));
        break;
    }

    at = start;
    while ((at = u8_next(&character, at)) != NULL)
        measure_out->units += units_of(measure_out->encoding, character);
    measure_out->segments = count_segments(measure_out->encoding, start, measure_out->units);
}
