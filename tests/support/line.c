/* Start, end and looking. The provider calls what it was told as our public address; that this is the collector on this
 * machine only its own settings say. */
#include "support/line.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"

#define ACCOUNT    "acme"
#define SECRET     "a-secret-of-the-account"
#define TOKEN      "a-token-of-the-path"
#define PUBLIC_URL "https://pulssi.example.fi"

static void put_settings(struct line *line);
static void start_collector(struct line *line);
static void start_simulator(struct line *line);
static bool told_port(const char *path, const char *format, int *port_out);

void line_start(struct line *line, const char *bin_folder, const char *scenario)
{
    *line = (struct line){.scenario = scenario};
    station_start(&line->station, bin_folder, "pulssi-dispatcher");
}

void line_stop(struct line *line)
{
    station_stop(&line->station);
}

void line_renew(struct line *line, const struct line_provider *provider)
{
    station_renew(&line->station);
    line->provider = provider;
    line->simulator_port = 1; /* nobody is there yet */
    line->http_deadline_ms = 5000;
    snprintf(line->token, sizeof line->token, "%s", TOKEN);
}

void line_open(struct line *line)
{
    put_settings(line);
    start_collector(line);
    start_simulator(line);
    put_settings(line);
    station_open(&line->station);
}

static void put_settings(struct line *line)
{
    const struct line_provider *provider = line->provider;
    struct text sections = {0};
    text_addf(&sections,
              "[collector]\nport = 0\n"
              "[dispatcher]\nin_flight_max = 4\nsubmit_attempts_max = 3\nhttp_deadline_ms = %d\n"
              "backoff_first_ms = 10\nbackoff_max_ms = 20\nretry_after_max_ms = 1000\n"
              "[gateway:simulator]\nprofile = %s\nurl = http://127.0.0.1:%d\nuser = " ACCOUNT
              "\nsecret = " SECRET "\nwebhook_token = " TOKEN "\npublic_url = " PUBLIC_URL
              "\nrate_segments = 0\n%s",
              line->http_deadline_ms, provider->name, line->simulator_port, provider->settings);
    if (provider->webhook_key != NULL)
        text_addf(&sections, "webhook_secret = %s\n", provider->webhook_key);
    station_put_settings(&line->station, sections.chars);
    text_free(&sections);
}

static void start_collector(struct line *line)
{
    struct station *station = &line->station;
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi-collector", station->bin_folder);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    child_start(&line->collector, arguments, station_path(station, "collector.log"));
    STATION_AWAIT(station,
                  told_port(station_path(station, "data/run/collector.port"), "%d", &line->collector_port) &&
                      wire_is_ready(line->collector_port));
}

/* The shell is there to keep what the simulator says of its port; it becomes the simulator. */
static void start_simulator(struct line *line)
{
    struct station *station = &line->station;
    const char *secret = line->provider->webhook_secret != NULL ? line->provider->webhook_secret : "";
    char program[512], said[320], clock[320], command[512], collector[64];
    snprintf(program, sizeof program, "%s/pulssi-simulator", station->bin_folder);
    snprintf(said, sizeof said, "%s", station_path(station, "simulator.said"));
    snprintf(clock, sizeof clock, "%s", station_path(station, "clock"));
    snprintf(command, sizeof command, "exec \"$0\" \"$@\" >%s", said);
    snprintf(collector, sizeof collector, "http://127.0.0.1:%d", line->collector_port);
    const char *arguments[] = {"/bin/sh",
                               "-c",
                               command,
                               program,
                               "serve",
                               "--scenario",
                               line->scenario,
                               "--listen",
                               "127.0.0.1:0",
                               "--collector",
                               collector,
                               "--secret",
                               SECRET,
                               "--token",
                               line->token,
                               "--clock",
                               clock,
                               "--account",
                               ACCOUNT,
                               "--public-url",
                               PUBLIC_URL,
                               "--dialect",
                               line->provider->name,
                               "--webhook-secret",
                               secret,
                               "--webhook-user",
                               "hook",
                               "--webhook-password",
                               secret,
                               NULL};
    child_start(&line->simulator, arguments, station_path(station, "simulator.log"));
    STATION_AWAIT(station, told_port(said, "listening 127.0.0.1:%d", &line->simulator_port));
}

static bool told_port(const char *path, const char *format, int *port_out)
{
    FILE *file = fopen(path, "r");
    bool told = file != NULL && fscanf(file, format, port_out) == 1;
    if (file != NULL)
        fclose(file);
    return told;
}

void line_close(struct line *line)
{
    struct station *station = &line->station;
    if (line->simulator.process != 0)
        assert_int_equal(child_end(&line->simulator, SIGTERM), 0);
    if (line->collector.process != 0)
        assert_int_equal(child_end(&line->collector, SIGTERM), 0);
    assert_false(station_log_says(station, "log", "35840"));
    assert_false(station_log_says(station, "collector.log", "35840"));
    station_close(station);
}

void line_ask(struct line *line, const char *round, const int *contacts, size_t count)
{
    struct world *world = &line->station.world;
    for (size_t i = 0; i < count; i++)
        world_import(world, WORLD_PILOT, contacts[i], 1, NULL);
    world_plan(world, round, WORLD_PILOT, 0);
}

/* --- the provider --- */

static void post(struct line *line, const char *path, const char *body, int expected)
{
    struct text answer = {0};
    int status = wire_post(line->simulator_port, path, body, strlen(body), &answer);
    if (status != expected)
        fail_msg("POST %s %s: %d %s", path, body, status, answer.chars);
    text_free(&answer);
}

void line_fault(struct line *line, const char *faults)
{
    post(line, "/faults", faults, 200);
}

void line_say(struct line *line, int contact, const char *text)
{
    struct text body = {0};
    text_addf(&body, "{\"from\":\"%s\",\"to\":\"" LINE_NUMBER "\",\"text\":\"%s\"}", world_phone(contact),
              text);
    post(line, "/say", body.chars, 202);
    text_free(&body);
}

/* The last row of the ledger with both texts is copied; how many there are. */
static int ledger_find(struct line *line, const char *words, const char *more, struct text *last_out)
{
    struct text ledger = {0};
    int count = 0;
    assert_int_equal(wire_get(line->simulator_port, "/ledger", &ledger), 200);
    for (char *row = ledger.chars; row != NULL && *row != '\0';) {
        char *end = strchr(row, '\n');
        if (end != NULL)
            *end = '\0';
        if ((words == NULL || strstr(row, words) != NULL) && (more == NULL || strstr(row, more) != NULL)) {
            count++;
            text_clear(last_out);
            text_add(last_out, row);
        }
        row = end != NULL ? end + 1 : NULL;
    }
    text_free(&ledger);
    return count;
}

int line_rows(struct line *line, const char *words, const char *more)
{
    struct text last = {0};
    int count = ledger_find(line, words, more, &last);
    text_free(&last);
    return count;
}

int line_outcomes(struct line *line, int contact, const char *outcome)
{
    char to[64], what[64];
    snprintf(to, sizeof to, "\"to\":\"%s\"", world_phone(contact));
    snprintf(what, sizeof what, "\"outcome\":\"%s\"", outcome);
    return line_rows(line, to, what);
}

/* --- what became of it --- */

const char *line_message_field(struct line *line, int contact, const char *field)
{
    char to[64], key[64] = "";
    struct text row = {0};
    snprintf(to, sizeof to, "\"to\":\"%s\"", world_phone(contact));
    if (ledger_find(line, to, "{\"t\":\"send\"", &row) > 0)
        (void)sscanf(strstr(row.chars, "\"id\":\""), "\"id\":\"%60[^\"]", key);
    text_free(&row);
    char of[72];
    snprintf(of, sizeof of, "m:%s", key);
    return key[0] == '\0' ? "" : world_field(&line->station.world, of, field);
}

const char *line_answer(struct line *line, int contact)
{
    char key[64];
    const char *pulse = world_contact_field(&line->station.world, contact, "o");
    snprintf(key, sizeof key, "u:%s", pulse);
    return pulse[0] == '\0' ? "" : world_field(&line->station.world, key, "a0");
}
