import Testing

/// What the service and its provider owe each other, whatever happens in between: the program `rewind serve` as a process of
/// its own, its provider in the process of the test.
@Suite(.serialized) enum ContractTests {}
