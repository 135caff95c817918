import Rewind

/// Where an exploration's rules and actions are declared, and which laws it switched off: what a result does not know.
public struct Declarations: Sendable {
    /// The exploration file, as reports are to name it.
    public var file: String?
    public var invariants: [String: Place] = [:]
    public var actions: [String: Place] = [:]
    /// Where the diagram begins.
    public var diagram: Place?
    /// In the order written.
    public var lawsSwitchedOff: [(name: String, reason: String)] = []

    public init(file: String? = nil) { self.file = file }

    /// A place in a file.
    public struct Place: Sendable, Hashable {
        /// With `/`; relative to the checkout or the working directory where it is inside, absolute elsewhere.
        public let file: String
        /// From 1; `nil` for the file as a whole.
        public let line: Int?
        /// From 1, in Unicode scalars.
        public let column: Int?

        public init(file: String, line: Int? = nil, column: Int? = nil) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    /// Where a rule is declared; of a law and of the diagram, where the last action on the path is.
    func place(of rule: Violation.Rule, after lastAction: String?) -> Place? {
        let action = lastAction.flatMap { actions[$0] }
        let place =
            switch rule.kind {
            case .invariant: invariants[rule.name] ?? action
            case .law: action
            case .stateMachine: action ?? diagram
            case .concurrency: whole
            }
        return place ?? whole
    }

    /// The file as a whole.
    var whole: Place? { file.map { Place(file: $0) } }
}
