/* The table behind settings.h: one row a key. Private to base: the loader, the sample and their test read it.
 */
#ifndef BASE_SETTINGS_TABLE_H
#define BASE_SETTINGS_TABLE_H

#include "base/settings.h"

enum setting_type { SETTING_TEXT, SETTING_SECRET, SETTING_INT };

struct setting {
    const char *section; /* "gateway" stands for every [gateway:NAME], "crisis" for every [crisis:LANGUAGE] */
    const char *key;
    enum setting_type type;
    const char *unit;      /* of an int: "ms"; "" = a plain count */
    int64_t low, high;     /* of an int; of a text the bytes: high is what its field holds */
    const char *otherwise; /* default, as it would be written in the file */
    const char *shown;     /* what the sample shows instead of the default, or NULL */
    const char *help;
    size_t offset; /* into struct settings, or into the struct of a gateway's or a crisis section */
};

#define SETTINGS_ROWS_MAX        80
#define SETTINGS_GATEWAY_SECTION "gateway"
#define SETTINGS_CRISIS_SECTION  "crisis"
#define WEBHOOK_TOKEN_CHARS_MIN  16

/* The rows, sections together, in the order of the sample; count_out is at most SETTINGS_ROWS_MAX. */
const struct setting *settings_table(size_t *count_out);

#endif
