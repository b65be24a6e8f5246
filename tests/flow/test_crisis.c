/* Crisis numbers in the programs: who could send one refuses to start with an old one or one too long, and says why; the
 * check of the settings warns where there is none. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "domain/calendar.h"
#include "support/child.h"
#include "support/program_run.h"
#define PEOPLE 1
#include "sending_fixture.h"

/* A day that many days before today. */
static const char *days_ago(int64_t days)
{
    static char day[DAY_SIZE];
    day_text((int64_t)time(NULL) / 86400 - days, day);
    return day;
}

static void set_crisis(const char *phrase, int64_t confirmed_days_ago)
{
    text_clear(&sending.more);
    text_addf(&sending.more, "[crisis:fi]\nphrase = %s\nconfirmed_on = %s\n", phrase,
              days_ago(confirmed_days_ago));
    sending_settings(&sending);
}

static void expect_collector_refuses(const char *words)
{
    struct child collector = {0};
    char program[512];
    struct station *station = &sending.station;
    snprintf(program, sizeof program, "%s/pulssi-collector", station->bin_folder);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    child_start(&collector, arguments, station_path(station, "collector.log"));
    assert_int_equal(child_wait(&collector), 1);
    assert_true(station_log_says(station, "collector.log", words));
}

static void nothing_starts_with_an_old_number(void **state)
{
    (void)state;
    set_crisis("Kriisipuhelin 09 2525 0111 (24 h)", 400);
    station_expect_refusal(&sending.station, "that is more than 12 months ago; call the number");
    expect_collector_refuses("[crisis:fi] confirmed_on");
    set_crisis("Kriisipuhelin 09 2525 0111 (24 h)", 300);
    station_open(&sending.station);
}

static void a_phrase_that_makes_the_text_too_long_is_refused_by_its_name(void **state)
{
    (void)state;
    set_crisis("Kriisipuhelin palvelee ympäri vuorokauden kaikkina päivinä numerossa 09 2525 0111 ja "
               "verkossa osoitteessa "
               "mieli.fi",
               1);
    station_expect_refusal(&sending.station, "helpline: 2 segments");
    assert_true(station_log_says(&sending.station, "log", "with the phrase of [crisis:fi]"));
    expect_collector_refuses("with the phrase of [crisis:fi]");
}

static void check_says(int status, const char *words, const char *never)
{
    static struct program_result said;
    char program[512];
    struct station *station = &sending.station;
    snprintf(program, sizeof program, "%s/pulssi", station->bin_folder);
    const char *arguments[] = {program, "settings", "check", "--config", station_path(station, "pulssi.conf"),
                               NULL};
    program_run(&said, station->folder, arguments);
    assert_int_equal(said.status, status);
    if (strstr(said.errors, words) == NULL || strstr(said.errors, never) != NULL)
        fail_msg("said \"%s\"", said.errors);
}

static void the_check_of_the_settings_says_what_is_missing(void **state)
{
    (void)state;
    set_crisis("Kriisipuhelin 09 2525 0111", 1);
    check_says(0, "warning: no [crisis:sv]", "[crisis:fi]");
    set_crisis("Kriisipuhelin 09 2525 0111", 400);
    check_says(1, "[crisis:fi] confirmed_on", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(nothing_starts_with_an_old_number),
        SENDING_TEST(a_phrase_that_makes_the_text_too_long_is_refused_by_its_name),
        SENDING_TEST(the_check_of_the_settings_says_what_is_missing),
    };
    return SENDING_MAIN(tests);
}
