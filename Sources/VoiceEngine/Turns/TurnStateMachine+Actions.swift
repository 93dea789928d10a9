/// What the turn machine asks of its owner, and what it is told.
extension TurnStateMachine {
    /// What to recognise.
    struct Recognition: Equatable {
        enum Purpose: Equatable {
            /// A look at an unfinished turn; its text is shown and forgotten.
            case interim
            /// A part, or all, of the turn's text if the following does not take it back.
            case text
        }

        var number: RecognitionNumber
        var turn: TurnNumber
        var purpose: Purpose
        /// Samples at 16 kHz, counted from the first input sample.
        var samples: Range<Int>
        /// Windows among them that hold speech, for finding invented text.
        var voicedWindows: Int
        /// Of a look: the recognition of what comes before it in the piece, whose text it continues.
        var continues: RecognitionNumber?
    }

    /// What to judge: has the speaker finished?
    struct Judgement: Equatable {
        var number: JudgementNumber
        var turn: TurnNumber
        /// Samples at 16 kHz, counted from the first input sample; 8 s at most.
        var samples: Range<Int>
    }

    /// How far a reply has come.
    enum ResponseActivity: Equatable {
        /// There is none, or the listener has heard it to its end.
        case none
        /// It is being made, and nothing of it has been heard.
        case silent
        /// It is being heard.
        case audible
    }

    enum Action: Equatable {
        /// Speech began. `startSample` includes the prefix padding.
        case startSpeech(turn: TurnNumber, startSample: Int)
        /// The listener has the floor: the reply is over.
        case interruptResponse
        /// Perhaps the listener begins to speak: turn the reply down, by 20 dB or more.
        case duckOutput
        /// The listener goes on: hold the reply where it is.
        case pauseOutput
        /// It was a listening noise, or none: the reply goes on where it was, at full level.
        case resumeOutput
        case recognise(Recognition)
        /// Speech went on, or the turn was dropped: stop computing this.
        case cancelRecognition(RecognitionNumber)
        /// Has the speaker finished? The answer is given to `judged`.
        case judge(Judgement)
        case cancelJudgement(JudgementNumber)
        /// The turn may be over, and its text is that of these pieces: begin the reply, but let nobody hear or see it.
        case prepareResponse(turn: TurnNumber, pieces: [RecognitionNumber])
        /// The turn was not over, or gets no answer: forget the reply that was begun.
        case discardPreparedResponse(turn: TurnNumber)
        /// Speech ended. `endSample` includes the silence that ended it.
        case stopSpeech(turn: TurnNumber, endSample: Int)
        /// The turn is complete; its text is that of the pieces, in this order.
        case commit(turn: TurnNumber, pieces: [RecognitionNumber])
        /// Reply to the turn that was committed last; if a reply to it was prepared, that is the one.
        case createResponse
        /// Nobody spoke for a long while after the reply. A commit of an empty turn and a response follow.
        case idleTimeout(turn: TurnNumber, samples: Range<Int>)
    }
}
