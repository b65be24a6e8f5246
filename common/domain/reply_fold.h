/* Folding: NFKC, casefolded, with plain apostrophes, so that texts are compared byte by byte. */
#ifndef DOMAIN_REPLY_FOLD_H
#define DOMAIN_REPLY_FOLD_H

#include "base/text.h"

#define FOLDED_CHARS_MAX 1000 /* of a reply that are looked at, from the first visible one */
#define FOLDED_BYTES_MAX (4 * FOLDED_CHARS_MAX)

/* The visible beginning of a reply, folded. What cannot be seen is left out: joiners, variation selectors, marks
 * around a character (keycaps), skin tones: 5️⃣ is 5, 👍🏽 is 👍. */
struct folded_chars {
    size_t bytes;
    bool is_cut; /* the reply goes on */
    char chars[FOLDED_BYTES_MAX + 1];
    /* By byte, and behind the last one: where in the reply its character begins, with what was left out before it
     * belonging to the character before. */
    uint32_t origins[FOLDED_BYTES_MAX + 1];
};

/* Appends the whole text folded. Text must be valid UTF-8. */
void reply_fold(const char *utf8, struct text *out);

/* Folds the beginning of valid UTF-8 of any length; the same as reply_fold of what is visible. */
void reply_fold_visible(const char *utf8, struct folded_chars *out);

#endif
