/* The text format of figures, and what a process tells of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/process.h"

static void series_follow_their_family(void **state)
{
    (void)state;
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    metrics_begin(&metrics, "pulssi_messages_total", METRIC_COUNTER, "Messages.");
    metrics_count(&metrics, METRICS_LABELS("org", "varkaus", "outcome", "accepted"), 3);
    metrics_count(&metrics, METRICS_LABELS("org", "varkaus", "outcome", "retry"), INT64_MAX);
    metrics_begin(&metrics, "pulssi_in_flight", METRIC_GAUGE, "Now.");
    metrics_count(&metrics, NULL, -1);
    assert_string_equal(text.chars,
                        "# HELP pulssi_messages_total Messages.\n"
                        "# TYPE pulssi_messages_total counter\n"
                        "pulssi_messages_total{org=\"varkaus\",outcome=\"accepted\"} 3\n"
                        "pulssi_messages_total{org=\"varkaus\",outcome=\"retry\"} 9223372036854775807\n"
                        "# HELP pulssi_in_flight Now.\n"
                        "# TYPE pulssi_in_flight gauge\n"
                        "pulssi_in_flight -1\n");
    text_free(&text);
}

static void what_would_break_a_line_is_escaped(void **state)
{
    (void)state;
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    metrics_begin(&metrics, "a", METRIC_GAUGE, "one\\two\nthree \"four\"");
    metrics_count(&metrics, METRICS_LABELS("b", "\"\\\n{},= \xC3\xA4"), 1);
    metrics_count(&metrics, METRICS_LABELS("b", ""), 1);
    assert_string_equal(text.chars, "# HELP a one\\\\two\\nthree \"four\"\n"
                                    "# TYPE a gauge\n"
                                    "a{b=\"\\\"\\\\\\n{},= \xC3\xA4\"} 1\n"
                                    "a{b=\"\"} 1\n");
    text_free(&text);
}

static void times_are_seconds_to_the_ms(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *written;
    } cases[] = {{0, "a 0.000\n"},
                 {7, "a 0.007\n"},
                 {1000, "a 1.000\n"},
                 {61234, "a 61.234\n"},
                 {-1, "a -0.001\n"},
                 {-2500, "a -2.500\n"},
                 {INT64_C(1767600000123), "a 1767600000.123\n"},
                 {INT64_MIN, "a -9223372036854775.808\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = {0};
        struct metrics metrics = {.text = &text};
        metrics_begin(&metrics, "a", METRIC_GAUGE, "A.");
        text_clear(&text);
        metrics_seconds(&metrics, NULL, cases[i].ms);
        assert_string_equal(text.chars, cases[i].written);
        text_free(&text);
    }
}

static void of_a_state_one_word_holds(void **state)
{
    (void)state;
    static const char *const words[] = {"open", "held", "closed"};
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    metrics_begin(&metrics, "a", METRIC_GAUGE, "A.");
    text_clear(&text);
    metrics_state(&metrics, METRICS_LABELS("org", "varkaus"), "state", words, 3, 1);
    assert_string_equal(text.chars, "a{org=\"varkaus\",state=\"open\"} 0\n"
                                    "a{org=\"varkaus\",state=\"held\"} 1\n"
                                    "a{org=\"varkaus\",state=\"closed\"} 0\n");
    text_clear(&text);
    metrics_state(&metrics, NULL, "state", words, 1, 0);
    assert_string_equal(text.chars, "a{state=\"open\"} 1\n");
    text_free(&text);
}

static void buckets_are_cumulative(void **state)
{
    (void)state;
    static const int64_t took_ms[] = {0, 5, 6, 25, 26, 500, 501, 20000, 20001, 3600000};
    struct metric_latency latency = {{0}, 0};
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    for (size_t i = 0; i < sizeof took_ms / sizeof took_ms[0]; i++)
        metric_latency_add(&latency, took_ms[i]);
    metrics_begin(&metrics, "a_seconds", METRIC_HISTOGRAM, "A.");
    text_clear(&text);
    metrics_latency(&metrics, METRICS_LABELS("call", "claim"), &latency);
    assert_string_equal(text.chars, "a_seconds_bucket{call=\"claim\",le=\"0.005\"} 2\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"0.025\"} 4\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"0.1\"} 5\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"0.5\"} 6\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"2\"} 7\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"5\"} 7\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"20\"} 8\n"
                                    "a_seconds_bucket{call=\"claim\",le=\"+Inf\"} 10\n"
                                    "a_seconds_sum{call=\"claim\"} 3641.064\n"
                                    "a_seconds_count{call=\"claim\"} 10\n");
    text_free(&text);
}

static double value_of(const char *text, const char *name)
{
    char line[64];
    (void)snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr(text, line);
    if (found == NULL)
        fail_msg("no %s", name);
    return found == NULL ? -1 : strtod(found + strlen(line), NULL);
}

static void a_process_knows_itself(void **state)
{
    (void)state;
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    double now = (double)clock_wall_ms() / 1000;
    process_metrics(&metrics, "test", NULL);
    assert_non_null(strstr(text.chars, "\npulssi_build_info{program=\"test\",version=\"" PULSSI_VERSION
                                       "\",library=\"\"} 1\n"));
    double descriptors = value_of(text.chars, "process_open_fds");
    assert_true(value_of(text.chars, "process_start_time_seconds") > now - 600);
    assert_true(value_of(text.chars, "process_start_time_seconds") < now + 1);
    assert_true(value_of(text.chars, "process_cpu_seconds_total") >= 0);
    assert_true(value_of(text.chars, "process_cpu_seconds_total") < 600);
    assert_true(value_of(text.chars, "process_resident_memory_bytes") > 100000);
    assert_true(value_of(text.chars, "process_max_fds") >= descriptors);

    int more[2];
    assert_int_equal(pipe(more), 0);
    text_clear(&text);
    process_metrics(&metrics, "test", "abc");
    assert_non_null(strstr(text.chars, "library=\"abc\""));
    assert_true(value_of(text.chars, "process_open_fds") > descriptors + 1.5);
    assert_true(value_of(text.chars, "process_open_fds") < descriptors + 2.5);
    (void)close(more[0]);
    (void)close(more[1]);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_follow_their_family),  cmocka_unit_test(what_would_break_a_line_is_escaped),
        cmocka_unit_test(times_are_seconds_to_the_ms), cmocka_unit_test(of_a_state_one_word_holds),
        cmocka_unit_test(buckets_are_cumulative),      cmocka_unit_test(a_process_knows_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
