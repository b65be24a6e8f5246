/* The loading of settings.h, shared by its files. Private to base. Every value of whatever origin goes through
 * loading_apply, and every fault through loading_refuse:
 *
 *   settings.c: defaults ─→ settings_file.c ─→ settings_environment.c ─→ checks: of sections, and across keys
 *                                 └─→ settings_sections.c ←─┘
 *                                            └─→ settings_value.c */
#ifndef BASE_SETTINGS_LOADING_H
#define BASE_SETTINGS_LOADING_H

#include "base/settings_table.h"

#define LOADING_LINE_BYTES_MAX 1000
#define LOADING_SLOTS          (1 + SETTINGS_GATEWAYS_MAX + SETTINGS_CRISIS_MAX)
#define SECRET_FILE_SUFFIX     "_file" /* at the end of a secret's key: where it stands */

/* Where the loader stands, and where it met each key. */
struct loading {
    struct settings *settings;
    struct error *error;
    bool failed;
    const char *path;                     /* of the file */
    const char *at;                       /* its next byte */
    int line;                             /* 0 = not in the file */
    const char *variable;                 /* NULL = not in the environment */
    char row[LOADING_LINE_BYTES_MAX + 1]; /* the current line, trimmed */
    char section[LOADING_LINE_BYTES_MAX + 1];
    size_t slot; /* of the current section, see loading_slot */
    int given_line[LOADING_SLOTS][SETTINGS_ROWS_MAX];
    int named_line[LOADING_SLOTS][SETTINGS_ROWS_MAX]; /* of a secret's file */
    /* How a secret was given, by the file and by the environment: SECRET_VALUE, SECRET_NAMED */
    unsigned char secrets[2][LOADING_SLOTS][SETTINGS_ROWS_MAX];
    int slot_line[LOADING_SLOTS]; /* where a section with a name begins; 0 = from the environment */
};

/* Where a value goes. Slot 0 is the settings themselves; sections with a name follow: the gateways from slot 1 on, then
 * the crisis sections. */
struct settings_slot {
    const char *section, *colon, *name;
    char *record;
};

/* --- settings_file.c, settings_environment.c --- */

bool loading_read_file(struct loading *loading) MUST_CHECK;
bool loading_read_environment(struct loading *loading) MUST_CHECK;

/* --- settings_sections.c: sections with a name --- */

/* Whether sections of this kind have one: "gateway", "crisis". */
bool section_has_name(const char *section);

/* Finds the section or makes it with its defaults. */
bool loading_section_open(struct loading *loading, const char *section, const char *name,
                          size_t *slot_out) MUST_CHECK;

/* Whether what stands in them goes together, once everything is read. */
bool loading_check_gateways(struct loading *loading) MUST_CHECK;
bool loading_check_crisis(struct loading *loading) MUST_CHECK;

/* --- settings_value.c --- */

struct settings_slot loading_slot(const struct loading *loading, size_t slot);

/* A value, or the file that a secret stands in (named), as the file or the environment gives it. A secret is
 * given once by either; empty gives nothing. */
bool loading_give(struct loading *loading, const struct setting *row, bool named, size_t slot,
                  const char *value);

/* Checks the value and stores it. */
bool loading_apply(struct loading *loading, const struct setting *row, size_t slot, const char *value);

/* Keeps the first fault, with where it was found. Always false. */
bool loading_refuse(struct loading *loading, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
