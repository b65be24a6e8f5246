/* Most characters people type fold by themselves, one to one: they take the short way. Any other one is folded by
 * the library, together with the character before it, which it may be a mark on. */
#include "domain/reply_fold.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define RIGHT_QUOTE 0x2019
#define NOT_SIMPLE  0

static bool is_skin_tone(ucs4_t character)
{
    return character >= 0x1F3FB && character <= 0x1F3FF;
}

static bool is_unseen(ucs4_t character)
{
    return uc_is_property_default_ignorable_code_point(character) ||
           uc_is_general_category(character, UC_CATEGORY_Me) || is_skin_tone(character);
}

static bool is_space(ucs4_t character)
{
    if (character < 0x80)
        return character <= 0x20 || character == 0x7F;
    return uc_is_property_white_space(character) || uc_is_general_category(character, UC_CATEGORY_Cc);
}

static uint8_t *casefolded(const uint8_t *utf8, size_t bytes, size_t *bytes_out)
{
    uint8_t *folded = u8_casefold(utf8, bytes, NULL, UNINORM_NFKC, NULL, bytes_out);
    if (folded == NULL)
        abort(); /* memory is out: the text is valid UTF-8 */
    return folded;
}

void reply_fold(const char *utf8, struct text *out)
{
    size_t folded_bytes = 0;
    uint8_t *folded = casefolded((const uint8_t *)utf8, strlen(utf8), &folded_bytes);
    for (size_t at = 0, next = 0; at < folded_bytes; at = next) {
        ucs4_t character;
        next = at + (size_t)u8_mbtouc(&character, folded + at, folded_bytes - at);
        if (character == RIGHT_QUOTE) /* phones write it for an apostrophe: "don’t" */
            text_add(out, "'");
        else
            text_add_bytes(out, folded + at, next - at);
    }
    free(folded);
}

/* What a character folds to when neither neighbour matters and it is no mark on the one before; NOT_SIMPLE when the
 * library must say. */
static ucs4_t simple_fold(ucs4_t character)
{
    if (character < 0x80)
        return character >= 'A' && character <= 'Z' ? character + 32 : character;
    if (character >= 0xC0 && character <= 0xFF && character != 0xDF)
        return character <= 0xDE && character != 0xD7 ? character + 32 : character;
    if (character == 0xA1 || character == 0xA7 || character == 0xAB || character == 0xB0 ||
        character == 0xBB || character == 0xBF || character == 0x20AC)
        return character;
    if (character >= 0x2012 && character <= 0x201E && character != 0x2017)
        return character == RIGHT_QUOTE ? '\'' : character;
    if ((character >= 0x2600 && character <= 0x26FF) ||
        (character >= 0x1F300 && character <= 0x1F64F && !is_skin_tone(character)))
        return character; /* emoji */
    return NOT_SIMPLE;
}

/* The character and its bytes, of valid UTF-8. */
static size_t decode(const unsigned char *at, ucs4_t *character_out)
{
    if (at[0] < 0x80) {
        *character_out = at[0];
        return 1;
    }
    if (at[0] < 0xE0) {
        *character_out = (ucs4_t)(at[0] & 0x1F) << 6 | (at[1] & 0x3F);
        return 2;
    }
    if (at[0] < 0xF0) {
        *character_out = (ucs4_t)(at[0] & 0x0F) << 12 | (ucs4_t)(at[1] & 0x3F) << 6 | (at[2] & 0x3F);
        return 3;
    }
    *character_out = (ucs4_t)(at[0] & 0x07) << 18 | (ucs4_t)(at[1] & 0x3F) << 12 |
                     (ucs4_t)(at[2] & 0x3F) << 6 | (at[3] & 0x3F);
    return 4;
}

static void put(struct folded_chars *out, ucs4_t character, uint32_t origin)
{
    uint8_t utf8[6];
    size_t bytes = 1;
    if (character < 0x80)
        utf8[0] = (uint8_t)character;
    else
        bytes = (size_t)u8_uctomb(utf8, character, sizeof utf8);
    if (out->bytes + bytes > FOLDED_BYTES_MAX) {
        out->is_cut = true;
        return;
    }
    for (size_t i = 0; i < bytes; i++)
        out->origins[out->bytes + i] = origin;
    memcpy(out->chars + out->bytes, utf8, bytes);
    out->bytes += bytes;
}

/* Characters that are folded together: a simple one, and what follows it that is not. */
struct cluster {
    uint8_t utf8[4 * (FOLDED_CHARS_MAX + 1)];
    size_t bytes; /* 0 = the character put last was simple */
    uint32_t origin;
};

static void cluster_put(struct cluster *cluster, struct folded_chars *out)
{
    size_t bytes = 0;
    ucs4_t character;
    if (cluster->bytes == 0)
        return;
    uint8_t *folded = casefolded(cluster->utf8, cluster->bytes, &bytes);
    for (size_t at = 0; at < bytes;) {
        at += decode(folded + at, &character);
        if (!is_unseen(character))
            put(out, character == RIGHT_QUOTE ? '\'' : character, cluster->origin);
    }
    free(folded);
    cluster->bytes = 0;
}

static void cluster_add(struct cluster *cluster, const unsigned char *utf8, size_t bytes, uint32_t origin)
{
    if (cluster->bytes == 0)
        cluster->origin = origin;
    memcpy(cluster->utf8 + cluster->bytes, utf8, bytes);
    cluster->bytes += bytes;
}

void reply_fold_visible(const char *utf8, struct folded_chars *out)
{
    const unsigned char *start = (const unsigned char *)utf8, *at = start, *simple_at = NULL;
    struct cluster cluster;
    size_t chars = 0, simple_bytes = 0, bytes;
    ucs4_t character;
    cluster.bytes = 0;
    out->bytes = 0;
    out->is_cut = false;
    for (; *at != '\0'; at += bytes) {
        bytes = decode(at, &character);
        ucs4_t folded = simple_fold(character);
        if (folded == NOT_SIMPLE && is_unseen(character))
            continue;
        if ((chars == 0 || chars == FOLDED_CHARS_MAX) && is_space(character))
            continue;
        if (chars++ == FOLDED_CHARS_MAX) {
            out->is_cut = true;
            break;
        }
        uint32_t origin = (uint32_t)(at - start);
        if (folded != NOT_SIMPLE) {
            cluster_put(&cluster, out);
            simple_at = at;
            simple_bytes = out->bytes;
            put(out, folded, origin);
            continue;
        }
        if (cluster.bytes == 0 && simple_at != NULL && !out->is_cut) { /* taken back: it may carry a mark */
            out->bytes = simple_bytes;
            cluster_add(&cluster, simple_at, decode(simple_at, &character), (uint32_t)(simple_at - start));
        }
        cluster_add(&cluster, at, bytes, origin);
        simple_at = NULL;
    }
    cluster_put(&cluster, out);
    out->chars[out->bytes] = '\0';
    out->origins[out->bytes] = (uint32_t)(at - start);
}
