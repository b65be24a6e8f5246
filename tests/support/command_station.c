#include "support/command_station.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TERMINAL_CHARS 80

struct station command_station;

int command_station_start(void **state)
{
    (void)state;
    station_start(&command_station, "", "pulssi"); /* only its files and its world are wanted */
    line.link = command_station.world.link;
    snprintf(line.folder, sizeof line.folder, "%s", command_station.folder);
    setenv("PULSSI_CONFIG", station_path(&command_station, "pulssi.conf"), 1);
    return 0;
}

int command_station_stop(void **state)
{
    (void)state;
    station_stop(&command_station);
    return 0;
}

int command_station_renew(void **state)
{
    (void)state;
    station_renew(&command_station);
    station_put_settings(&command_station, "");
    world_take_lane(&command_station.world, "dispatcher-1");
    return 0;
}

int command_station_check(void **state)
{
    (void)state;
    world_check(&command_station.world);
    return 0;
}

void command_station_silent_on(const char *words)
{
    if (strstr(line.said.output, words) != NULL || strstr(line.said.errors, words) != NULL)
        fail_msg("said \"%s\": %s%s", words, line.said.output, line.said.errors);
}

void command_station_fits_terminal(void)
{
    size_t width = 0;
    for (const char *at = line.said.output; *at != '\0'; at++) {
        width = *at == '\n' ? 0 : width + (((unsigned char)*at & 0xC0U) != 0x80U ? 1 : 0);
        if (width > TERMINAL_CHARS)
            fail_msg("a line is wider than %d characters: %s", TERMINAL_CHARS, line.said.output);
    }
}

const char *command_station_audited(void)
{
    static char row[256];
    struct redis_value *rows =
        WORLD_RUN(&command_station.world, "XREVRANGE", world_key("audit"), "+", "-", "COUNT", "1");
    const struct redis_value *fields = redis_item(redis_item(rows, 0), 1);
    snprintf(row, sizeof row, "%s%s%s", redis_text(redis_item(fields, 5)), redis_count(rows) > 0 ? " " : "",
             redis_text(redis_item(fields, 3)));
    redis_value_free(&rows);
    return row;
}

void command_station_seal(const char *words, struct text *record)
{
    assert_true(
        reader_seal(command_station.world.keys.keys[KEY_READER_PUBLIC], words, strlen(words), record));
}
