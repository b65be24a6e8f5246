/* A dry run: the same draw and the same eligibility as the real one, over the members there are now. */
#include "ctl/round_dry_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/draw.h"
#include "domain/survey_paths.h"
#include "ctl/table.h"

#define UNDER_WAY_MAX 16

static bool check_positions(struct redis_link *link, const struct org *org, const struct survey *survey,
                            const struct round *round, const uint32_t *positions, struct dry_run *result,
                            struct error *error);
static bool take_counts(const struct redis_value *value, const struct org *org, struct dry_run *result,
                        struct error *error);

int64_t round_members(struct redis_link *link, const char *org, const char *pilot, struct error *error)
{
    struct redis_command command = {0};
    members_count_command(&command, org, pilot);
    struct redis_value *value = redis_link_run(link, &command, error);
    int64_t members = value != NULL ? redis_int(value) / ID_CHARS : -1;
    redis_value_free(&value);
    redis_command_free(&command);
    return members;
}

bool round_dry_run(struct redis_link *link, const struct org *org, const struct survey *survey,
                   const struct round *round, struct dry_run *result_out, struct error *error)
{
    *result_out = (struct dry_run){.members = round_members(link, org->id, round->pilot, error)};
    if (result_out->members < 0)
        return false;
    bool everyone = round->sample == 0 || round->sample > result_out->members;
    result_out->drawn = everyone ? result_out->members : round->sample;
    if (result_out->drawn == 0)
        return true;
    uint32_t *positions = memory_zeroed((size_t)result_out->drawn, sizeof *positions);
    draw_positions(round->seed, (uint32_t)result_out->members, (uint32_t)result_out->drawn, positions);
    bool checked = check_positions(link, org, survey, round, positions, result_out, error);
    free(positions);
    return checked;
}

static bool check_positions(struct redis_link *link, const struct org *org, const struct survey *survey,
                            const struct round *round, const uint32_t *positions, struct dry_run *result,
                            struct error *error)
{
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    if (!survey_measure(survey, org, measures, error))
        return false;
    for (size_t i = 0; i < org->languages_count; i++)
        result->segments_each[i] = measures[0][i].segments;
    struct asking asking;
    asking_fill(&asking, org, survey->id, survey->questions[0].id, round->at_ms, 0);
    struct redis_command command = {0};
    size_t drawn = (size_t)result->drawn, sent = 0, taken = 0;
    bool done = true;
    while (done && taken < drawn) {
        if (sent < drawn && sent - taken < UNDER_WAY_MAX * STORE_ITEMS_MAX) {
            size_t count = drawn - sent < STORE_ITEMS_MAX ? drawn - sent : STORE_ITEMS_MAX;
            round_check_command(&command, org->id, round->pilot, &asking, positions + sent, count);
            done = redis_link_queue(link, &command, error);
            sent += count;
            continue;
        }
        struct redis_value *value = redis_link_take(link, error);
        done = value != NULL && take_counts(value, org, result, error);
        redis_value_free(&value);
        taken += drawn - taken < STORE_ITEMS_MAX ? drawn - taken : STORE_ITEMS_MAX;
    }
    redis_command_free(&command);
    /* what follows an answer has one segment: longer texts are refused when they are put */
    result->segments_max = result->segments + result->asked * (int64_t)(survey_texts_max(survey) - 1);
    return done;
}

static bool take_counts(const struct redis_value *value, const struct org *org, struct dry_run *result,
                        struct error *error)
{
    const struct {
        const char *name;
        int64_t *count;
    } places[] = {{"asked", &result->asked},       {"open_pulse", &result->open_pulse},
                  {"gap", &result->gap},           {"same_question", &result->same_question},
                  {"per_year", &result->per_year}, {"stopped", &result->stopped},
                  {"paused", &result->paused},     {"number", &result->number},
                  {"erased", &result->erased}};
    if (strcmp(redis_word(value), "OK") != 0)
        return error_set(error, "Redis gave an answer that is not one of round_check");
    for (size_t i = 1; i + 1 < redis_count(value); i += 2) {
        const char *name = redis_text(redis_item(value, i));
        int64_t count = redis_int(redis_item(value, i + 1));
        for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
            if (strcmp(places[k].name, name) == 0)
                *places[k].count += count;
        }
        if (strncmp(name, "lang:", 5) == 0) {
            int language = org_language(org, name + 5);
            result->segments += count * (int64_t)(language >= 0 ? result->segments_each[language] : 1);
            if (language >= 0)
                result->people[language] += count;
        }
    }
    return true;
}

void round_dry_run_print(const struct dry_run *result, const struct org *org, const struct round *round,
                         const struct round_price *price, bool json)
{
    int64_t capped = result->open_pulse + result->gap + result->same_question + result->per_year;
    int64_t excluded = result->stopped + result->paused + result->number + result->erased;
    if (json) {
        struct text seed = {0}, cost = {0};
        json_add_string(&seed, round->seed);
        round_cost_add_json(result, org, price, &cost);
        printf("{\"org\":\"%s\",\"round\":\"%s\",\"result\":\"dry run\",\"seed\":%s,\"members\":%" PRId64
               ",\"drawn\":%" PRId64 ",\"asked\":%" PRId64 ",\"capped\":{\"total\":%" PRId64
               ",\"open_pulse\":%" PRId64 ",\"gap\":%" PRId64 ",\"same_question\":%" PRId64
               ",\"per_year\":%" PRId64 "},\"excluded\":{\"total\":%" PRId64 ",\"stopped\":%" PRId64
               ",\"paused\":%" PRId64 ",\"number\":%" PRId64 ",\"erased\":%" PRId64 "},\"segments\":%" PRId64
               ",\"segments_max\":%" PRId64 ",\"cost\":%s}\n",
               org->id, round->id, seed.chars, result->members, result->drawn, result->asked, capped,
               result->open_pulse, result->gap, result->same_question, result->per_year, excluded,
               result->stopped, result->paused, result->number, result->erased, result->segments,
               result->segments_max, cost.chars);
        text_free(&seed);
        text_free(&cost);
        return;
    }
    printf("Round %s would ask (nothing is written):\n", round->id);
    const struct {
        const char *name;
        int64_t count;
        const char *remark;
    } lines[] = {
        {"members", result->members, ""},
        {"drawn", result->drawn, ""},
        {"asked", result->asked, ""},
        {"capped", capped, ""},
        {"  open pulse", result->open_pulse, "still has an open pulse"},
        {"  gap", result->gap, "was contacted too recently"},
        {"  same question", result->same_question, "was asked the same question too recently"},
        {"  per year", result->per_year, "was contacted often enough this year"},
        {"excluded", excluded, ""},
        {"  stopped", result->stopped, "said STOP"},
        {"  paused", result->paused, "asked for a pause"},
        {"  number", result->number, "the number cannot be used"},
        {"  erased", result->erased, "is not there any more"},
        {"segments", result->segments, "of the first texts"},
        {"  at most", result->segments_max, "if everyone answers and goes the longest way"},
    };
    struct table table;
    table_start(&table, "lrl");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        table_cell(&table, "%s", lines[i].name);
        table_cell(&table, "%" PRId64, lines[i].count);
        table_cell(&table, "%s", lines[i].remark);
    }
    table_print(&table, "  ");
    round_cost_print(result, org, price);
    if (result->drawn < result->members)
        printf("Drawn with seed %s (%s); give --seed %s to draw the same people.\n", round->seed,
               DRAW_GENERATOR, round->seed);
}
