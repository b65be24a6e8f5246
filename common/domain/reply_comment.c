/* Bounds of a comment: white space around it and the marks that part it from the answer are no part of it. */
#include "domain/reply_comment.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>

static bool is_space(ucs4_t character)
{
    return uc_is_property_white_space(character) || uc_is_general_category(character, UC_CATEGORY_Cc) ||
           uc_is_property_default_ignorable_code_point(character);
}

/* Not brackets and quotes that open. */
static bool is_parting(ucs4_t character)
{
    return is_space(character) || uc_is_property_dash(character) ||
           uc_is_general_category(character, UC_CATEGORY_Pe) ||
           (character < 0x80 && strchr(".,!?:;/*+=", (int)character) != NULL) || character == 0x2026;
}

/* Not the mark, but a face begins here: "5 :D oli hyvä". */
static bool is_face(const uint8_t *text, size_t at)
{
    return at > 0 && text[at - 1] == ' ' && text[at] != '\0' && strchr(":;=", text[at]) != NULL &&
           text[at + 1] != ' ' && text[at + 1] != '\0';
}

static void bound(const char *utf8, size_t start, size_t end, bool parted, struct reading *reading)
{
    const uint8_t *text = (const uint8_t *)utf8;
    ucs4_t character;
    const uint8_t *next;
    while (start < end && (next = u8_next(&character, text + start)) != NULL &&
           (parted ? is_parting(character) && !is_face(text, start) : is_space(character)))
        start = (size_t)(next - text);
    while (end > start && (next = u8_prev(&character, text + end, text + start)) != NULL &&
           is_space(character))
        end = (size_t)(next - text);
    reading->comment_start = end > start ? start : 0;
    reading->comment_bytes = end - start;
}

void comment_behind(const char *utf8, const struct folded_reply *text, size_t first, size_t behind,
                    struct reading *reading)
{
    bool only_courtesy = folded_past(text, first, WORDS_COURTESY) >= behind;
    if (first >= behind || (only_courtesy && !(behind == text->count && text->is_cut)))
        return;
    size_t start = first == 0 ? folded_word_start(text, 0) : folded_word_end(text, first - 1);
    size_t end = strlen(utf8);
    if (behind < text->count) {
        end = folded_word_start(text, behind);
        while (end > start && strchr(" ,;-", utf8[end - 1]) != NULL)
            end--;
    }
    bound(utf8, start, end, true, reading);
}

void comment_whole(const char *utf8, struct reading *reading)
{
    bound(utf8, 0, strlen(utf8), false, reading);
}
