/// Text that must not be shown: an API key, a card's number. Its description, and every dump of what holds it, is a
/// placeholder.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that needs it.
    public let revealed: String

    /// Hides a text.
    public init(_ text: String) { revealed = text }

    /// `[secret]`.
    public var description: String { "[secret]" }

    /// `[secret]`.
    public var debugDescription: String { description }

    /// Has no children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
