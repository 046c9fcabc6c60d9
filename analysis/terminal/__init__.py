"""What the terminal needs beside the rooms: files, reaching the store, words for answers, doctor, demo."""
