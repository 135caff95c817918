import TestServices
import Testing

/// The program and the library on PostgreSQL, as users of theirs run them.
///
/// One test at a time: each starts processes, and what is killed at random moments should not wait for others.
@Suite(
    .serialized,
    .enabled(if: TestService.postgres.isToBeTested, Comment(rawValue: TestService.postgres.absence)))
enum PostgresEndToEndTests {}
