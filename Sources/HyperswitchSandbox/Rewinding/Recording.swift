import Rewind

/// A state as tables of rows.
extension SandboxState {
    /// The table under which counters appear in change sets.
    private static let counterTable = "counter"

    /// Remembers what changes from now on, or no longer.
    mutating func record(_ isRecorded: Bool) {
        payments.record(isRecorded)
        captures.record(isRecorded)
        refunds.record(isRecorded)
        payouts.record(isRecorded)
        disputes.record(isRecorded)
        events.record(isRecorded)
        deliveries.record(isRecorded)
        idempotencyRecords.record(isRecorded)
        faults.record(isRecorded)
        switches.record(isRecorded)
        clock.record(isRecorded)
        counters.record(isRecorded)
    }

    /// Whether somebody wants to know what changes.
    var isRecorded: Bool { clock.isRecorded }

    /// The content of another state instead of this one's; what differs counts as changed. The credentials stay.
    mutating func replaceContent(with other: SandboxState) {
        payments.replace(with: other.payments)
        captures.replace(with: other.captures)
        refunds.replace(with: other.refunds)
        payouts.replace(with: other.payouts)
        disputes.replace(with: other.disputes)
        events.replace(with: other.events)
        deliveries.replace(with: other.deliveries)
        idempotencyRecords.replace(with: other.idempotencyRecords)
        faults.replace(with: other.faults)
        switches.replace(with: other.switches)
        clock.replace(with: other.clock)
        counters.replace(with: other.counters)
    }

    /// What changed since this was last asked.
    mutating func takeChanges() -> ChangeSet {
        var rows = payments.takeChanges() + captures.takeChanges() + refunds.takeChanges()
        rows += payouts.takeChanges() + disputes.takeChanges()
        rows += events.takeChanges() + deliveries.takeChanges()
        rows += idempotencyRecords.takeChanges() + faults.takeChanges() + switches.takeChanges() + clock.takeChanges()
        let counters = counters.takeChanges().map { change in
            RowChange(
                table: Self.counterTable, key: change.key, before: Self.lastNumber(change.before),
                after: Self.lastNumber(change.after))
        }
        return ChangeSet(squashing: rows, counters: counters)
    }

    /// Takes over rows, all or none.
    /// - Returns: the first change that does not start from what is here.
    mutating func apply(_ changes: ChangeSet) -> RowChange? {
        let all = changes.rows + changes.counters
        guard let misfit = all.firstIndex(where: { !apply($0) }) else { return nil }
        for done in all[..<misfit].reversed() { _ = apply(done.inverted) }
        return all[misfit]
    }

    private mutating func apply(_ change: RowChange) -> Bool {
        switch change.table {
        case SandboxPayment.table: payments.apply(change)
        case SandboxCapture.table: captures.apply(change)
        case SandboxRefund.table: refunds.apply(change)
        case SandboxPayout.table: payouts.apply(change)
        case SandboxDispute.table: disputes.apply(change)
        case SandboxEvent.table: events.apply(change)
        case SandboxDelivery.table: deliveries.apply(change)
        case SandboxIdempotencyRecord.table: idempotencyRecords.apply(change)
        case SandboxFault.table: faults.apply(change)
        case SandboxSettings.table: switches.apply(change)
        case SandboxClock.table: clock.apply(change)
        case Self.counterTable: applyCounter(change)
        default: false
        }
    }

    /// Counters have one cell in change sets, and their name only in the key.
    private mutating func applyCounter(_ change: RowChange) -> Bool {
        func row(_ numbers: Row?) -> Row? { numbers.map { Row(change.key.cells + $0.cells) } }
        return counters.apply(
            RowChange(
                table: SandboxCounter.table, key: change.key, before: row(change.before), after: row(change.after)))
    }

    private static func lastNumber(_ row: Row?) -> Row? {
        row.map { Row(Array($0.cells.dropFirst())) }
    }

    /// The sum over all rows; counters are no content.
    var contentFingerprint: Fingerprint {
        var sum = payments.fingerprint + captures.fingerprint + refunds.fingerprint + payouts.fingerprint
        sum += disputes.fingerprint + events.fingerprint + deliveries.fingerprint
        return sum + idempotencyRecords.fingerprint + faults.fingerprint + switches.fingerprint + clock.fingerprint
    }

    static let schema = Schema(tables: [
        SandboxPayment.table: SandboxPayment.schema, SandboxCapture.table: SandboxCapture.schema,
        SandboxRefund.table: SandboxRefund.schema, SandboxPayout.table: SandboxPayout.schema,
        SandboxDispute.table: SandboxDispute.schema, SandboxEvent.table: SandboxEvent.schema,
        SandboxDelivery.table: SandboxDelivery.schema,
        SandboxIdempotencyRecord.table: SandboxIdempotencyRecord.schema, SandboxFault.table: SandboxFault.schema,
        SandboxSettings.table: SandboxSettings.schema, SandboxClock.table: SandboxClock.schema,
    ])
}
