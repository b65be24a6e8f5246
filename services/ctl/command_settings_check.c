/* pulssi settings check: reads the settings as every program does, and says what they lack. */
#include "ctl/ctl.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/crisis.h"
#include "domain/org.h"

#define LANGUAGES_MAX_SAID 32

static int compare_languages(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Languages that there are messages in and no crisis number for, in order. */
static size_t languages_without_crisis(const struct settings *settings,
                                       char languages_out[LANGUAGES_MAX_SAID][LANGUAGE_SIZE])
{
    char path[320];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/messages", settings->share_folder);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char language[LANGUAGE_SIZE];
        if (strlen(entry->d_name) != strlen("fi.json") || strcmp(entry->d_name + 2, ".json") != 0)
            continue;
        memcpy(language, entry->d_name, 2);
        language[2] = '\0';
        if (settings_crisis(settings, language)[0] == '\0' && count < LANGUAGES_MAX_SAID)
            memcpy(languages_out[count++], language, LANGUAGE_SIZE);
    }
    if (folder != NULL)
        closedir(folder);
    qsort(languages_out, count, LANGUAGE_SIZE, compare_languages);
    return count;
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    if (!settings_load(&ctl->settings, ctl_config_path(ctl), &error) ||
        !crisis_check(&ctl->settings, clock_wall_ms(), &error))
        return ctl_fail(&error);
    const char *path = ctl_config_path(ctl);
    const char *from = path != NULL ? path : "defaults and environment";
    char languages[LANGUAGES_MAX_SAID][LANGUAGE_SIZE];
    size_t count = languages_without_crisis(&ctl->settings, languages);
    for (size_t i = 0; i < count; i++)
        fprintf(
            stderr,
            "warning: no [crisis:%s]: the answer to a text of distress in that language names no number\n",
            languages[i]);
    if (ctl->json) {
        struct text text = {0};
        json_add_string(&text, from);
        text_add(&text, ",\"result\":\"ok\",\"without_crisis\":[");
        for (size_t i = 0; i < count; i++)
            text_addf(&text, "%s\"%s\"", i > 0 ? "," : "", languages[i]);
        printf("{\"settings\":%s]}\n", text.chars);
        text_free(&text);
    } else {
        printf("settings from %s: ok\n", from);
    }
    return EXIT_SUCCESS;
}

const struct command command_settings_check = {
    .name = "settings",
    .subcommand = "check",
    .summary = "read the settings and say whether they are valid",
    .details = "Warns of languages for which no crisis number is configured.",
    .example = "pulssi settings check --config /etc/pulssi/pulssi.conf",
    .run = run,
};
