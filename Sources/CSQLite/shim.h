#include <sqlite3.h>

// Swift cannot import variadic functions; these are the forms Rewind needs.
static inline int rewind_sqlite3_set_flag(sqlite3 *db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which Swift cannot spell.
static inline int rewind_sqlite3_bind_text(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_text64(s, i, (const char *)p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int rewind_sqlite3_bind_blob(sqlite3_stmt *s, int i, const void *p, sqlite3_uint64 n) {
    return sqlite3_bind_blob64(s, i, p, n, SQLITE_TRANSIENT);
}

static inline void rewind_sqlite3_result_text(sqlite3_context *c, const void *p, sqlite3_uint64 n) {
    sqlite3_result_text64(c, p ? (const char *)p : "", n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline void rewind_sqlite3_result_blob(sqlite3_context *c, const void *p, sqlite3_uint64 n) {
    sqlite3_result_blob64(c, p ? p : "", n, SQLITE_TRANSIENT);
}
