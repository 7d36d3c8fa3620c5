"""What joining says before it makes anything public: text -> hash -> **stored consent**.

Promises: the text that was shown is the one whose hash is stored with the account and the time.
"""

from cota.commitments.words import keccak

TEXT = (
    "Joining this dataset makes public, for good and on a public chain: your wallet's address, that it joined, the "
    "time, and after each epoch how many of your labels counted, your skill on this dataset, your shares and "
    "what you were paid. Your labels themselves are not public: they are read by the dataset's licensees, by "
    "jurors and auditors within the rules, and by you; each read is logged. Your stake of the terms may be lost in "
    "part, up to the cap that you sign, for proven faults. You can leave at any time; what is on the chain stays."
)
TEXT_HASH = keccak(TEXT.encode())
