/* Reading replies: how long one text takes.
 *
 *   ours    every row of tests/vectors/replies_more.json, read as its kind and in its language, many times
 *   bare    libunistring folds the same texts once (NFKC, casefold), and nothing else
 *
 * Needs no server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>

#include <cmocka.h>

#include "domain/reply.h"
#include "stand.h"
#include "store/word_files.h"

#define TEXTS_MAX 1024
/* About the longest text that is looked at as a whole. */
#define LONG_WORDS 160

struct row {
    const char *text;
    struct reading_context context;
};

static struct question questions[] = {
    {.kind = QUESTION_SCALE, .min = 1, .max = 5},
    {.kind = QUESTION_YESNO, .max = 1},
    {.kind = QUESTION_CHOICE, .min = 1, .max = 3, .options_count = 3},
    {.kind = QUESTION_VOLUNTEER, .max = 1},
    {.kind = QUESTION_TEXT},
};
#define QUESTIONS (sizeof questions / sizeof questions[0])

static size_t rows_read(const cJSON *vectors, const struct word_files *files, struct row rows[TEXTS_MAX])
{
    const cJSON *row;
    size_t count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(vectors, "cases"))
    {
        const char *kind = cJSON_GetObjectItemCaseSensitive(row, "kind")->valuestring;
        const char *language = cJSON_GetObjectItemCaseSensitive(row, "lang")->valuestring;
        assert_true(count < TEXTS_MAX);
        rows[count] = (struct row){.text = cJSON_GetObjectItemCaseSensitive(row, "text")->valuestring,
                                   .context = {.words = &files->words}};
        for (size_t i = 0; i < QUESTIONS; i++)
            if (strcmp(question_kind_name(questions[i].kind), kind) == 0)
                rows[count].context.question = &questions[i];
        for (size_t i = 0; i < files->languages_count; i++)
            if (strcmp(files->languages[i], language) == 0)
                rows[count].context.language = (int)i;
        count++;
    }
    return count;
}

/* CPU time: nothing here waits, and what else the machine does is left out. */
static int64_t cpu_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t read_all_ns(const struct row *rows, size_t count, int64_t passes, int64_t *sum_out)
{
    int64_t start_ns = cpu_now_ns();
    for (int64_t pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < count; i++) {
            struct reading reading;
            reply_read(&rows[i].context, rows[i].text, &reading);
            *sum_out += (int64_t)reading.outcome + reading.value; /* or nothing would have to be read */
        }
    }
    return cpu_now_ns() - start_ns;
}

static int64_t fold_all_ns(const struct row *rows, size_t count, int64_t passes, int64_t *sum_out)
{
    int64_t start_ns = cpu_now_ns();
    for (int64_t pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < count; i++) {
            size_t bytes = 0;
            uint8_t *folded = u8_casefold((const uint8_t *)rows[i].text, strlen(rows[i].text), NULL,
                                          UNINORM_NFKC, NULL, &bytes);
            *sum_out += (int64_t)bytes;
            free(folded);
        }
    }
    return cpu_now_ns() - start_ns;
}

int main(int argc, char **argv)
{
    static struct word_files files;
    static struct row rows[TEXTS_MAX];
    struct report report;
    struct error error = {""};
    struct text long_text = {0};
    int64_t passes = 300, sum = 0;
    const struct stand_option options[] = {{"passes", "times every text is read", 1, 100000, &passes}};
    report_start(&report, "read", "a second of CPU");
    stand_options(argc, argv, "read", options, 1, &report.command);
    cJSON *vectors = json_read_file(TEST_SOURCE_DIR "/tests/vectors/replies_more.json", &error);
    if (vectors == NULL || !word_files_load(TEST_SOURCE_DIR "/config", &files, &error)) {
        fprintf(stderr, "read: %s\n", error.text);
        return 1;
    }
    size_t count = rows_read(vectors, &files, rows);
    for (int i = 0; i < LONG_WORDS; i++)
        text_addf(&long_text, "%s ", i % 5 == 0 ? "Hyvä" : "sanat");
    const struct row long_row = {long_text.chars, {.question = &questions[0], .words = &files.words}};
    (void)read_all_ns(rows, count, 1, &sum);
    for (int run = 0; run < REPORT_RUNS; run++) {
        size_t texts = count * (size_t)passes;
        int64_t read_ns = read_all_ns(rows, count, passes, &sum);
        int64_t fold_ns = fold_all_ns(rows, count, passes, &sum);
        int64_t long_ns = read_all_ns(&long_row, 1, passes, &sum);
        report_set_ratio(&report, run, (double)texts * 1e9 / (double)read_ns,
                         (double)texts * 1e9 / (double)fold_ns);
        report_set(&report, run, "read_us", "ours: CPU, µs a text", report_us_each(read_ns, texts));
        report_set(&report, run, "fold_us", "bare: CPU, µs a text", report_us_each(fold_ns, texts));
        report_set(&report, run, "long_us", "ours: CPU, µs a text of 1000 characters",
                   report_us_each(long_ns, (size_t)passes));
    }
    report_print(&report);
    report_free(&report);
    text_free(&long_text);
    cJSON_Delete(vectors);
    return sum == 0;
}
