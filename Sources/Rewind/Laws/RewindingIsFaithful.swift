extension Law {
    /// After going back, the systems hold what they held and the API answers what it answered.
    ///
    /// The explorer checks this itself (see `Faithfulness`): by reading everything back after the first moves and at
    /// intervals, and by sending requests again from states it returned to. A breach is never held against the API: it
    /// makes the result *not decided*, with the evidence.
    public static let rewindingIsFaithful = Law(
        name: "rewinding_is_faithful",
        statement: "After a rewind, the systems and the API are as they were.",
        source: "ARCHITECTURE.md: rewinding is proved, never assumed",
        severity: .critical,
        howChecked: """
            By reading everything back after the first moves, now and then, and at the end; by taking every kind of step \
            twice; and by taking the first 48 transitions again when the walk is over.
            """,
        example: """
            Not rewindable: pay_order was sent again from a state the walk had returned to, and was answered differently: \
            accepted (200) at first, refused (409) after going back.
            """,
        method: .judging { _ in nil })
}
