/* One calm line an event on standard error: "2026-01-05T10:00:00Z dispatcher: lane open".
 * Never a phone number, a text or an answer. Domain code never logs; the edge logs once. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* Names the program on every later line; borrows the string for the life of the process. */
void log_open(const char *program);

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
