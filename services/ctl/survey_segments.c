/* Segment counts of a survey, as a table or as JSON. */
#include "ctl/survey_segments.h"

#include <stdio.h>

#include "ctl/table.h"

static void print_json(const struct survey *survey, const struct org *org,
                       struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX], const char *ref,
                       const char *result)
{
    printf("{\"survey\":\"%s\",\"result\":\"%s\",\"texts\":[", ref, result);
    for (size_t k = 0; k < survey->questions_count; k++) {
        for (size_t i = 0; i < org->languages_count; i++) {
            const struct sms_measure *measure = &measures[k][i];
            printf("%s{\"question\":\"%s\",\"language\":\"%s\",\"encoding\":\"%s\",\"units\":%zu,"
                   "\"segments\":%zu}",
                   k + i > 0 ? "," : "", survey->questions[k].id, org->languages[i],
                   sms_encoding_name(measure->encoding), measure->units, measure->segments);
        }
    }
    printf("]}\n");
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
    table_start(&table, "lllrr");
    table_cell(&table, "question");
    table_cell(&table, "language");
    table_cell(&table, "encoding");
    table_cell(&table, "units");
    table_cell(&table, "segments");
    for (size_t k = 0; k < survey->questions_count; k++) {
        for (size_t i = 0; i < org->languages_count; i++) {
            table_cell(&table, "%s", survey->questions[k].id);
            table_cell(&table, "%s", org->languages[i]);
            table_cell(&table, "%s", sms_encoding_name(measures[k][i].encoding));
            table_cell(&table, "%zu", measures[k][i].units);
            table_cell(&table, "%zu", measures[k][i].segments);
        }
    }
    table_print(&table, "  ");
}
