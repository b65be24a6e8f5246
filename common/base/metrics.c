/* Writing the text format, with the rules of the format asserted where the program could break them. */
#include "base/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz_"

/* Redis answers within a few ms, a gateway within a few seconds; the last is the default HTTP deadline. */
static const int64_t bounds_ms[METRIC_LATENCY_BOUNDS] = {5, 25, 100, 500, 2000, 5000, 20000};
static const char *const bounds_seconds[METRIC_LATENCY_BOUNDS] = {"0.005", "0.025", "0.1", "0.5",
                                                                  "2",     "5",     "20"};

static bool name_is_sound(const char *name);
static void add_escaped(struct text *text, const char *chars, bool quotes);
static void add_head(const struct metrics *metrics, const char *suffix, const char *const *labels,
                     const char *last_label, const char *last_value);

void metrics_begin(struct metrics *metrics, const char *name, enum metric_type type, const char *help)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    size_t chars = strlen(name), total = strlen("_total");
    bool ends_in_total = chars > total && strcmp(name + chars - total, "_total") == 0;
    assert(name_is_sound(name) && ends_in_total == (type == METRIC_COUNTER));
    metrics->name = name;
    metrics->type = type;
    text_addf(metrics->text, "# HELP %s ", name);
    add_escaped(metrics->text, help, false);
    text_addf(metrics->text, "\n# TYPE %s %s\n", name, types[type]);
}

void metrics_count(struct metrics *metrics, const char *const *labels, int64_t value)
{
    assert(metrics->type != METRIC_HISTOGRAM);
    add_head(metrics, "", labels, NULL, NULL);
    text_addf(metrics->text, " %" PRId64 "\n", value);
}

/* Whole numbers all the way: a float would lose ms of an instant, and its comma is the locale's. */
static void add_seconds(struct text *text, int64_t value_ms)
{
    uint64_t positive_ms = value_ms < 0 ? 0 - (uint64_t)value_ms : (uint64_t)value_ms;
    text_addf(text, " %s%" PRIu64 ".%03" PRIu64 "\n", value_ms < 0 ? "-" : "", positive_ms / 1000,
              positive_ms % 1000);
}

void metrics_seconds(struct metrics *metrics, const char *const *labels, int64_t value_ms)
{
    assert(metrics->type != METRIC_HISTOGRAM);
    add_head(metrics, "", labels, NULL, NULL);
    add_seconds(metrics->text, value_ms);
}

void metrics_state(struct metrics *metrics, const char *const *labels, const char *label,
                   const char *const *words, size_t words_count, size_t holds)
{
    assert(metrics->type == METRIC_GAUGE);
    for (size_t i = 0; i < words_count; i++) {
        add_head(metrics, "", labels, label, words[i]);
        text_addf(metrics->text, " %d\n", i == holds ? 1 : 0);
    }
}

void metric_latency_add(struct metric_latency *latency, int64_t took_ms)
{
    size_t bucket = 0;
    while (bucket < METRIC_LATENCY_BOUNDS && took_ms > bounds_ms[bucket])
        bucket++;
    latency->counts[bucket]++;
    latency->sum_ms += took_ms;
}

/* Buckets are cumulative: "le" counts everything up to its bound. */
void metrics_latency(struct metrics *metrics, const char *const *labels, const struct metric_latency *latency)
{
    int64_t count = 0;
    assert(metrics->type == METRIC_HISTOGRAM);
    for (size_t i = 0; i <= METRIC_LATENCY_BOUNDS; i++) {
        count += latency->counts[i];
        add_head(metrics, "_bucket", labels, "le", i < METRIC_LATENCY_BOUNDS ? bounds_seconds[i] : "+Inf");
        text_addf(metrics->text, " %" PRId64 "\n", count);
    }
    add_head(metrics, "_sum", labels, NULL, NULL);
    add_seconds(metrics->text, latency->sum_ms);
    add_head(metrics, "_count", labels, NULL, NULL);
    text_addf(metrics->text, " %" PRId64 "\n", count);
}

/* Narrower than the format allows: no capitals, no colons, which are for rules. */
static bool name_is_sound(const char *name)
{
    return name[0] != '\0' && strchr(LETTERS, name[0]) != NULL &&
           name[strspn(name, LETTERS "0123456789")] == '\0';
}

/* A help escapes backslash and line feed, the value of a label double quotes as well. */
static void add_escaped(struct text *text, const char *chars, bool quotes)
{
    for (const char *at = chars; *at != '\0'; at++) {
        if (*at == '\n')
            text_add(text, "\\n");
        else if (*at == '\\' || (quotes && *at == '"'))
            text_addf(text, "\\%c", *at);
        else
            text_add_bytes(text, at, 1);
    }
}

static void add_label(struct text *text, const char *before, const char *name, const char *value)
{
    assert(name_is_sound(name));
    text_addf(text, "%s%s=\"", before, name);
    add_escaped(text, value, true);
    text_add(text, "\"");
}

/* name{label="value",…} without the number; last_label NULL = there is none. */
static void add_head(const struct metrics *metrics, const char *suffix, const char *const *labels,
                     const char *last_label, const char *last_value)
{
    struct text *text = metrics->text;
    const char *before = "{";
    text_addf(text, "%s%s", metrics->name, suffix);
    for (size_t i = 0; labels != NULL && labels[i] != NULL; i += 2) {
        add_label(text, before, labels[i], labels[i + 1]);
        before = ",";
    }
    if (last_label != NULL) {
        add_label(text, before, last_label, last_value);
        before = ",";
    }
    if (before[0] == ',')
        text_add(text, "}");
}
