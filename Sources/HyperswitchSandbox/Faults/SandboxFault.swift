/// Something that is to go wrong.
///
/// ```swift
/// try sandbox.addFault(SandboxFault(.loseReply, on: .refund))                      // the next refund
/// try sandbox.addFault(SandboxFault(.failBefore(status: 503), on: .capture, at: .nth(3)))
/// try sandbox.addFault(SandboxFault(.duplicate, on: .delivery, at: .every))
/// ```
public struct SandboxFault: SandboxRecord {
    /// What is called.
    public enum Call: String, CaseIterable, Hashable, Sendable, SandboxCell {
        /// `POST /payments` and its `/confirm`.
        case authorize
        case capture
        /// `/cancel` and `/cancel_post_capture`.
        case cancel
        case refund, payout
        /// Everything that only reads.
        case retrieve
        /// A webhook that is sent by the schedule.
        case delivery
    }

    /// Which of the calls.
    public enum Occurrence: Hashable, Sendable {
        case next
        /// The n-th from now; 1 is the next.
        case nth(Int)
        case every
    }

    /// Its number as text; given when it is added.
    public internal(set) var id = ""
    public internal(set) var call = Call.authorize
    public internal(set) var effect = SandboxFaultEffect.loseReply
    /// How many calls it still lets pass, this one included: 1 means the next.
    public internal(set) var remaining: Int64 = 1
    /// Whether it stays in force.
    public internal(set) var repeats = false

    init() {}

    /// Describes a fault; ``HyperswitchSandbox/addFault(_:)`` puts it in force.
    public init(_ effect: SandboxFaultEffect, on call: Call, at occurrence: Occurrence = .next) {
        self.effect = effect
        self.call = call
        switch occurrence {
        case .next: remaining = 1
        case .nth(let number): remaining = Int64(max(1, number))
        case .every: repeats = true
        }
    }

    static let table = "faults"

    static let columns: [SandboxColumn<SandboxFault>] = [
        .of("fault", \.id), .of("call", \.call), .of("effect", \.effect), .of("remaining", \.remaining),
        .of("repeats", \.repeats),
    ]
}

/// What goes wrong.
public enum SandboxFaultEffect: Hashable, Sendable {
    /// Nothing happens, and the answer has that HTTP status.
    case failBefore(status: Int)
    /// It happens, and the answer has that HTTP status all the same.
    case failAfter(status: Int)
    /// It happens, and the connection is closed without an answer.
    case loseReply
    /// It happens, and the connection is closed without an answer, but only then: longer than the client waits.
    case holdReply(milliseconds: Int)
    /// It happens, and the answer comes late.
    case slow(milliseconds: Int)
    /// The request waits, once it was checked, until so many of its kind have arrived, at most two seconds.
    case overlap(requests: Int)
    /// A delivery is made twice.
    case duplicate
    /// A delivery is held back until another was made, or the clock is moved.
    case reorder
    /// A delivery is never made.
    case drop
    /// The body is signed with another key.
    case forgedSignature
    /// There is no signature.
    case unsigned
    /// The bytes of the object's event before are sent instead, with their own signature.
    case staleBody
    /// The signature is that of the object's event before.
    case staleSignature

    /// Whether it concerns deliveries, and not calls.
    var concernsDeliveries: Bool {
        switch self {
        case .failBefore, .failAfter, .loseReply, .holdReply, .slow, .overlap: false
        case .duplicate, .reorder, .drop, .forgedSignature, .unsigned, .staleBody, .staleSignature: true
        }
    }

    /// Its name in the control API.
    public var name: String {
        switch self {
        case .failBefore: "fail-before"
        case .failAfter: "fail-after"
        case .loseReply: "lose-reply"
        case .holdReply: "hold-reply"
        case .slow: "slow"
        case .overlap: "overlap"
        case .duplicate: "duplicate"
        case .reorder: "reorder"
        case .drop: "drop"
        case .forgedSignature: "forged-signature"
        case .unsigned: "unsigned"
        case .staleBody: "stale-body"
        case .staleSignature: "stale-signature"
        }
    }

    /// The status, milliseconds or number of requests that goes with the name.
    public var value: Int? {
        switch self {
        case .failBefore(let number), .failAfter(let number), .holdReply(let number), .slow(let number),
            .overlap(let number):
            number
        default: nil
        }
    }

    /// The effect of that name; nothing if there is none, or its number is missing or makes no sense.
    public init?(name: String, value: Int?) {
        let number = value ?? -1
        switch name {
        case "fail-before" where (200...599).contains(number): self = .failBefore(status: number)
        case "fail-after" where (200...599).contains(number): self = .failAfter(status: number)
        case "hold-reply" where (0...600_000).contains(number): self = .holdReply(milliseconds: number)
        case "slow" where (0...600_000).contains(number): self = .slow(milliseconds: number)
        case "overlap" where (2...64).contains(number): self = .overlap(requests: number)
        default:
            let plain: [SandboxFaultEffect] = [
                .loseReply, .duplicate, .reorder, .drop, .forgedSignature, .unsigned, .staleBody, .staleSignature,
            ]
            guard let found = plain.first(where: { $0.name == name }) else { return nil }
            self = found
        }
    }
}

extension SandboxFaultEffect: SandboxCell, RawRepresentable {
    /// Name and number: `fail-before 503`.
    public var rawValue: String { ([name] + (value.map { ["\($0)"] } ?? [])).joined(separator: " ") }

    /// Reads what `rawValue` wrote.
    public init?(rawValue: String) {
        let words = rawValue.split(separator: " ")
        guard let name = words.first else { return nil }
        self.init(name: String(name), value: words.count > 1 ? Int(words[1]) : nil)
    }
}

extension SandboxState {
    /// Counts a call against the plan.
    /// - Returns: what goes wrong with it.
    mutating func takeFault(on call: SandboxFault.Call) -> SandboxFaultEffect? {
        var fired: SandboxFaultEffect?
        for var fault in sortedFaults where fault.call == call {
            if fault.remaining > 1 {
                fault.remaining -= 1
                faults.put(fault)
            } else if fired == nil {
                fired = fault.effect
                if !fault.repeats { faults[fault.id] = nil }
            }
        }
        return fired
    }

    /// The plan, in the order in which the faults were added.
    public var sortedFaults: [SandboxFault] {
        faults.sorted { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
    }
}
