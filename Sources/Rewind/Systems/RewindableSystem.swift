/// A system under the API that can tell what changed and go back.
///
/// The explorer calls `begin` once, then any sequence of `capture` and `apply`, then `end`; `end` also when `begin` threw,
/// to remove what may have been installed by then. Between a `capture` and the
/// next call nobody but the API under test may write; what it writes is what the next `capture` returns.
///
/// At every instant *content = root + position + uncaptured changes*. An adapter that keeps its position in the system
/// itself, in the same transaction as the move, can restore the root after any crash.
public protocol RewindableSystem: Sendable {
    /// The name under which reports and queries refer to this system.
    var name: String { get }

    /// Makes the current content the root and starts to record changes.
    ///
    /// When an earlier run died midway, its root is restored first.
    /// - Throws: ``SystemError`` when the system can't be reached, recorded, or must not be touched.
    func begin() async throws

    /// What changed since the last `capture` or `apply`, squashed. Cost follows the changes, not the content.
    /// - Throws: ``SystemError`` of kind `.notRewindable` when something changed that the record can't describe.
    func capture() async throws -> ChangeSet

    /// Moves by the given difference, in one transaction. Rows it names must be as its `before` says.
    func apply(_ changes: ChangeSet) async throws

    /// Returns to the root and leaves no trace of having been here.
    func end() async throws

    /// How this system's values are to be read when states are compared. Asked once, after `begin`.
    func schema() async throws -> Schema

    /// A fingerprint of the whole content, computed by reading it: order-independent, equal for equal content.
    ///
    /// It verifies what `capture` reported. Cost follows the content.
    func contentFingerprint() async throws -> Fingerprint
}

/// Why a system can't take part.
public struct SystemError: Error, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable, Codable {
        /// It does not answer, or not in time.
        case unreachable
        /// It looks like something that must not be explored.
        case protected
        /// Another exploration is using it.
        case inUse
        /// It changed in a way that can't be recorded or undone.
        case notRewindable
        /// Something about it is not supported; the message names it.
        case unsupported
    }

    public let kind: Kind
    /// What happened, to which value, the usual cause, and what to do next.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
