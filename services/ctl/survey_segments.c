/* Segment counts and ways of a survey, as tables or as JSON. */
#include "ctl/survey_segments.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/table.h"
#include "domain/survey_paths.h"

/* Cuts the next line off `*rest`; NULL after the last. */
static const char *line_next(char **rest)
{
    char *line = *rest;
    char *end = strchr(line, '\n');
    if (end == NULL)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return line;
}

static void print_ways_json(const struct survey *survey)
{
    struct text ways = {0}, list = {0};
    survey_paths_describe(survey, &ways);
    char *rest = ways.chars;
    for (const char *way; (way = line_next(&rest)) != NULL;) {
        text_add(&list, list.bytes > 0 ? "," : "");
        json_add_string(&list, way);
    }
    printf("\"ways\":[%s]", list.chars);
    text_free(&list);
    text_free(&ways);
}

static void print_ways(const struct survey *survey)
{
    struct text ways = {0};
    survey_paths_describe(survey, &ways);
    char *rest = ways.chars;
    printf("every way ends:\n");
    for (const char *way; (way = line_next(&rest)) != NULL;)
        printf("  %s\n", way);
    text_free(&ways);
}

static void print_json(const struct survey *survey, const struct org *org,
                       struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX], const char *ref,
                       const char *result)
{
    printf("{\"survey\":\"%s\",\"result\":\"%s\",\"texts\":[", ref, result);
    for (size_t k = 0; k < survey->questions_count; k++) {
        for (size_t i = 0; i < org->languages_count; i++) {
            const struct sms_measure *measure = &measures[k][i];
            printf("%s{\"question\":\"%s\",\"kind\":\"%s\",\"language\":\"%s\","
                   "\"encoding\":\"%s\",\"units\":%zu,\"segments\":%zu}",
                   k + i > 0 ? "," : "", survey->questions[k].id,
                   question_kind_name(survey->questions[k].kind), org->languages[i],
                   sms_encoding_name(measure->encoding), measure->units, measure->segments);
        }
    }
    printf("],");
    print_ways_json(survey);
    printf("}\n");
}

void survey_segments_print(const struct survey *survey, const struct org *org,
                           struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX], const char *result,
                           bool json)
{
    char ref[SURVEY_REF_SIZE];
    survey_ref(survey, ref);
    if (json) {
        print_json(survey, org, measures, ref, result);
        return;
    }
    printf("survey %s: %s\n", ref, result);
    struct table table;
    table_start(&table, "llllrr");
    table_cell(&table, "question");
    table_cell(&table, "kind");
    table_cell(&table, "language");
    table_cell(&table, "encoding");
    table_cell(&table, "units");
    table_cell(&table, "segments");
    for (size_t k = 0; k < survey->questions_count; k++) {
        for (size_t i = 0; i < org->languages_count; i++) {
            table_cell(&table, "%s", survey->questions[k].id);
            table_cell(&table, "%s", question_kind_name(survey->questions[k].kind));
            table_cell(&table, "%s", org->languages[i]);
            table_cell(&table, "%s", sms_encoding_name(measures[k][i].encoding));
            table_cell(&table, "%zu", measures[k][i].units);
            table_cell(&table, "%zu", measures[k][i].segments);
        }
    }
    table_print(&table, "  ");
    print_ways(survey);
}
