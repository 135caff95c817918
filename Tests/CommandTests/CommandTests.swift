import Testing

/// The program as a user runs it, and the library as one that writes his own program does.
///
/// One test at a time: each starts processes, and some compare how long things take.
@Suite(.serialized) enum CommandTests {}
