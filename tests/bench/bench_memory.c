/* Memory: what Redis holds for a contact nobody asks, for one who was just asked (contact, pulse, message), and for
 * a reply id that is remembered.
 *
 *   ours    N contacts imported; then a round released to all and sent; then N ids remembered
 *   bare    the same bytes of a contact (id, number hash, sealed number, language, stratum, day) as one packed
 *           string a key
 *
 * Figures are differences of Redis's own used_memory, so they hold everything: keys, tables, allocator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stand.h"

static void remember_ids(struct world *world, int64_t count)
{
    struct redis_command command = {0};
    struct error error = {""};
    for (int64_t first = 0; first < count; first += STORE_ITEMS_MAX) {
        redis_command_clear(&command);
        redis_command_add(&command, "SADD");
        redis_command_add(&command, world_key("dd:2026-W03"));
        for (int64_t i = first; i < count && i < first + STORE_ITEMS_MAX; i++) {
            char digest[ID_SIZE];
            id_digest(&i, sizeof i, digest);
            redis_command_add(&command, digest);
        }
        struct redis_value *value = redis_link_run(world->link, &command, &error);
        assert_non_null(value);
        redis_value_free(&value);
    }
    redis_command_free(&command);
}

static double bare_bytes(struct stand *stand, int64_t people)
{
    struct world *world = &stand->world;
    struct redis_command command = {0};
    struct error error = {""};
    double before = stand_redis_bytes(stand);
    for (int64_t i = 0; i < people; i++) {
        char packed[160], key[64];
        snprintf(key, sizeof key, "bare:%s", world_contact((int)i));
        int bytes =
            snprintf(packed, sizeof packed, "%-22.22s%-96.96sfi18-29,north20457", "phone hash", "sealed");
        redis_command_clear(&command);
        redis_command_add(&command, "SET");
        redis_command_add(&command, key);
        redis_command_add_bytes(&command, packed, (size_t)bytes);
        assert_true(redis_link_queue(world->link, &command, &error));
        if (i % STORE_ITEMS_MAX == STORE_ITEMS_MAX - 1 || i == people - 1) {
            for (int64_t taken = i - i % STORE_ITEMS_MAX; taken <= i; taken++) {
                struct redis_value *value = redis_link_take(world->link, &error);
                assert_non_null(value);
                redis_value_free(&value);
            }
        }
    }
    redis_command_free(&command);
    return (stand_redis_bytes(stand) - before) / (double)people;
}

int main(int argc, char **argv)
{
    static struct stand stand;
    struct report report;
    int64_t people = 40000;
    const struct stand_option options[] = {{"people", "contacts", 1000, STAND_PEOPLE_MAX, &people}};
    report_start(&report, "memory", "bytes a contact");
    stand_options(argc, argv, "memory", options, 1, &report.command);
    for (int run = 0; run < REPORT_RUNS; run++) {
        stand_open(&stand, &report);
        double start = stand_redis_bytes(&stand);
        for (int first = 0; first < (int)people; first += STORE_ITEMS_MAX) {
            int count = (int)people - first < STORE_ITEMS_MAX ? (int)people - first : STORE_ITEMS_MAX;
            world_import(&stand.world, WORLD_PILOT, first, count, NULL);
        }
        double contacts = (stand_redis_bytes(&stand) - start) / (double)people;
        assert_int_equal(world_round(&stand.world, "round-1", WORLD_PILOT), 0);
        double queued = (stand_redis_bytes(&stand) - start) / (double)people - contacts;
        stand_send_all(&stand, people);
        double sent = (stand_redis_bytes(&stand) - start) / (double)people - contacts;
        double before_ids = stand_redis_bytes(&stand);
        remember_ids(&stand.world, people);
        double ids = (stand_redis_bytes(&stand) - before_ids) / (double)people;
        report_set_ratio(&report, run, contacts, bare_bytes(&stand, people));
        report_set(&report, run, "queued_bytes", "bytes more: pulse and message waiting", queued);
        report_set(&report, run, "sent_bytes", "bytes more: pulse open, message accepted", sent);
        report_set(&report, run, "reply_id_bytes", "bytes of a remembered reply id", ids);
        stand_close(&stand);
    }
    report_print(&report);
    report_free(&report);
    return 0;
}
