/// When two states count as one.
///
/// The default compares every row and everything the tester knows. Of these, generated ids are compared by order of
/// appearance, points in time by whether they are set, and what differs when an action is run twice from one state (random codes,
/// secrets, tokens) is compared by order of appearance too.
public struct Identity<Context: ExplorationContext>: Sendable {
    /// The part of the context to compare instead of everything, or `nil` for the whole state.
    let narrowed: (@Sendable (Context) throws -> ContextCells)?
    private(set) var ignored: Set<String> = []
    private(set) var ignoredTables: Set<String> = []
    private(set) var comparedAsIs: Set<String> = []

    /// Everything: all rows of all systems, and the context.
    public static var wholeState: Identity { Identity(narrowed: nil) }

    /// Only these properties of the context. States that differ elsewhere are merged, which is faster and can hide bugs;
    /// the result warns when two merged states answer differently.
    public static func context<each Property: Encodable & Sendable>(
        _ properties: repeat KeyPath<Context, each Property> & Sendable
    ) -> Identity {
        Identity { context in
            var cells = ContextCells()
            for property in repeat each properties { try cells.append(context[keyPath: property]) }
            return cells
        }
    }

    /// Only a part of the context, which is compared by what it encodes.
    package static func only<Part: Encodable>(_ part: @escaping @Sendable (Context) -> Part) -> Identity {
        Identity { try ContextCells(part($0)) }
    }

    /// Leaves columns (`"orders.note"`) or context properties (`"context.note"`) out of the comparison.
    public func ignoring(_ names: String...) -> Identity { ignoring(names) }

    package func ignoring(_ names: [String]) -> Identity {
        var copy = self
        copy.ignored.formUnion(names)
        return copy
    }

    /// Leaves whole tables out of the comparison, such as a log that grows with every request and that the API itself never
    /// reads. Their rows are still rewound, and still seen by invariants.
    public func ignoring(tables names: String...) -> Identity { ignoring(tables: names) }

    package func ignoring(tables names: [String]) -> Identity {
        var copy = self
        copy.ignoredTables.formUnion(names)
        return copy
    }

    /// Compares columns (`"orders.shipped_at"`) or context properties (`"context.code"`) by value, although they would be
    /// taken for points in time or renamed as generated.
    public func comparing(_ names: String...) -> Identity { comparing(names) }

    package func comparing(_ names: [String]) -> Identity {
        var copy = self
        copy.comparedAsIs.formUnion(names)
        return copy
    }

    private init(narrowed: (@Sendable (Context) throws -> ContextCells)?) { self.narrowed = narrowed }
}
