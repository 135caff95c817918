/// A webhook that was made: its bytes never change, however often they are sent.
public struct SandboxEvent: SandboxRecord {
    /// What an event is about.
    public enum Subject: String, CaseIterable, Hashable, Sendable, SandboxCell {
        case payment, refund, payout, dispute
    }

    /// Derived from the object and the type, so that two orders of the same events end in the same state.
    public internal(set) var id = ""
    public internal(set) var subject = Subject.payment
    /// The object that it is about.
    public internal(set) var objectID = ""
    /// Such as `payment_succeeded`.
    public internal(set) var eventType = ""
    /// The exact body.
    public internal(set) var body = ""
    /// What the body says of the object, but for the times of its changes: states that differ in those alone are one.
    public internal(set) var said = ""
    public internal(set) var createdAt = SandboxInstant.start

    static let table = "events"

    static let columns: [SandboxColumn<SandboxEvent>] = [
        .of("event_id", \.id), .of("object_type", \.subject), .of("object_id", \.objectID),
        .of("event_type", \.eventType), .of("body", \.body, comparedByValue: false), .of("said", \.said),
        .of("created_at", \.createdAt),
    ]
}

/// How far the delivery of an event has come.
public struct SandboxDelivery: SandboxRecord {
    /// Where it stands.
    public enum Status: String, CaseIterable, Hashable, Sendable, SandboxCell {
        /// To be sent when it is due.
        case pending
        /// Held back until another was sent, or the clock is moved.
        case heldBack = "held_back"
        /// Answered with a status of 2xx.
        case delivered
        /// Given up before a retry: the object's status does not call for this event any more.
        case stopped
        /// Given up after the last retry.
        case exhausted
        /// Lost on purpose.
        case dropped
    }

    /// The event's id.
    public internal(set) var id = ""
    public internal(set) var status = Status.pending
    /// How often it was tried by the schedule.
    public internal(set) var attempts: Int64 = 0
    /// When it is due; nothing when it is not to be sent any more.
    public internal(set) var dueOn: SandboxInstant?
    /// Its place among those that are still to be sent, from 1; 0 when it is not.
    public internal(set) var position: Int64 = 0
    /// The HTTP status of the last answer; nothing if there was none.
    public internal(set) var lastStatus: Int64?

    static let table = "deliveries"

    static let columns: [SandboxColumn<SandboxDelivery>] = [
        .of("event_id", \.id), .of("status", \.status), .of("attempts", \.attempts), .of("due_on", \.dueOn),
        .of("queue_position", \.position), .of("last_status", \.lastStatus),
    ]
}
